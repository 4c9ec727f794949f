#include "notifications.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <world/scope_guard.hpp>

namespace shop
{

notifications::notifications(environment const& around)
    : around_(around),
      count_(around.executor, "notification routes",
             [this] { return static_cast<double>(routes_.size()); }, {.noise = 20})
{
}

awaitable<void> notifications::serve(std::string customer, tcp::socket& client)
{
  using namespace asio::experimental::awaitable_operators;
  auto const entry = routes_.emplace(std::move(customer), around_.executor);
  world::scope_exit const removal(
      [&]
      {
        if (!around_.faults.has(fault::dead_client_registry)) routes_.erase(entry);
      });
  auto& own = entry->second;
  // The client sends nothing more: the socket turns readable when the client hangs up.
  co_await (client.async_wait(tcp::socket::wait_read, no_throw) || own.news.async_wait(no_throw));
  if (own.length != 0)
    co_await asio::async_write(client, asio::buffer(own.outbox, own.length), no_throw);
}

void notifications::tell(std::string_view customer, std::string_view what)
{
  auto const [first, last] = routes_.equal_range(customer);
  for (auto each = first; each != last; ++each)
  {
    each->second.length = what.copy(each->second.outbox.data(), each->second.outbox.size());
    each->second.news.cancel();
  }
}

}  // namespace shop
