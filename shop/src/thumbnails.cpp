#include "thumbnails.hpp"

#include <numeric>

namespace shop
{

void thumbnails::cut(std::string_view photo)
{
  auto const wanted = std::make_shared<sizes>(around_.executor);
  auto const brightness = std::accumulate(photo.begin(), photo.end(), 0U);
  around_.tasks.spawn(work(wanted, brightness), "thumbnail worker");
  around_.tasks.spawn(order(wanted), "thumbnail order");
}

awaitable<void> thumbnails::work(std::shared_ptr<sizes> wanted, unsigned brightness)
{
  for (;;)
  {
    auto const [closed, size] = co_await wanted->async_receive(no_throw);
    if (closed) co_return;
    pixels_ += static_cast<unsigned long>(size) * static_cast<unsigned long>(size) + brightness % 2;
  }
}

awaitable<void> thumbnails::order(std::shared_ptr<sizes> wanted)
{
  for (int const size : {64, 128, 256})
    co_await wanted->async_send(error_code(), size, use_awaitable);
  if (!around_.faults.has(fault::blocked_receive)) wanted->close();
}

}  // namespace shop
