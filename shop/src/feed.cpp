#include "feed.hpp"

#include <boost/signals2/connection.hpp>
#include <fmt/format.h>
#include <world/scope_guard.hpp>

#include <array>
#include <deque>
#include <string>

namespace shop
{
namespace
{

constexpr std::size_t most_bytes_queued = 24 * 1024;  // for one subscriber
constexpr int send_buffer = 8 * 1024;  // what is not read waits here, not in the kernel
constexpr std::size_t message_size = 1024;

}  // namespace

struct feed::subscriber
{
  explicit subscriber(tcp::socket& connection)
      : client(&connection), news(connection.get_executor(), asio::steady_timer::time_point::max())
  {
  }

  tcp::socket* client;      // null when it has gone
  asio::steady_timer news;  // cancelled when there is something to send
  std::deque<std::string> outbox;
  std::size_t bytes_queued = 0;
  std::array<double, 100> recent{};
  std::size_t seen = 0;
};

feed::feed(environment const& around, world::price_feed& prices)
    : around_(around),
      prices_(prices),
      listeners_(around.executor, "feed listeners",
                 [this] { return static_cast<double>(prices_.listeners()); }, {.noise = 20}),
      queued_(around.executor, "feed bytes queued",
              [this] { return static_cast<double>(bytes_queued()); }, {.noise = 256 * 1024})
{
}

awaitable<void> feed::serve(tcp::socket& client)
{
  client.set_option(asio::socket_base::send_buffer_size(send_buffer));
  auto const self = std::make_shared<subscriber>(client);
  subscribers_.insert(self.get());
  boost::signals2::scoped_connection subscription =
      prices_.connect([this, self](double price) { queue(*self, price); });
  world::scope_exit const leave(
      [&]
      {
        self->client = nullptr;
        subscribers_.erase(self.get());
        if (around_.faults.has(fault::forgotten_listener)) subscription.release();
      });
  for (;;)
  {
    if (self->outbox.empty()) co_await self->news.async_wait(no_throw);
    if (self->outbox.empty()) continue;
    auto const [gone, size] =
        co_await asio::async_write(client, asio::buffer(self->outbox.front()), no_throw);
    if (gone) co_return;
    self->bytes_queued -= self->outbox.front().size();
    self->outbox.pop_front();
  }
}

void feed::queue(subscriber& to, double price) const
{
  to.recent[to.seen++ % to.recent.size()] = price;
  if (!to.client) return;
  auto message = fmt::format("data: {:.2f} ", price);
  message.resize(message_size, '.');
  message += "\n\n";
  to.bytes_queued += message.size();
  to.outbox.push_back(std::move(message));
  to.news.cancel();
  if (to.bytes_queued > most_bytes_queued && !around_.faults.has(fault::unbounded_outbox))
    to.client->close();
}

std::size_t feed::bytes_queued() const
{
  std::size_t bytes = 0;
  for (auto const* const each : subscribers_)
    bytes += each->bytes_queued;
  return bytes;
}

}  // namespace shop
