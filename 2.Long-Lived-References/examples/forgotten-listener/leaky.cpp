// Each client is shown a chart of the prices while it is connected. Who else listens to them?
#include <leaklab/gauge.hpp>
#include <leaklab/tcp.hpp>

#include <runner/lab.hpp>
#include <world/price_feed.hpp>
#include <world/visitors.hpp>

#include <array>
#include <memory>
#include <string>

namespace asio = boost::asio;
using leaklab::awaitable;
using leaklab::tcp;

namespace
{

struct chart
{
  std::array<double, 1000> prices;
  std::size_t count = 0;

  void add(double price) { prices[count++ % prices.size()] = price; }
};

awaitable<void> serve(tcp::socket client, world::price_feed& prices, leaklab::lab& lab)
{
  auto const recent = std::make_shared<chart>();
  // the fault: whoever subscribes must unsubscribe, and nobody does so when the client leaves
  prices.connect([recent](double price) { recent->add(price); });

  std::string request;
  co_await asio::async_read_until(client, asio::dynamic_buffer(request), '\n');
  auto const answer = std::to_string(recent->count) + " prices\n";
  co_await asio::async_write(client, asio::buffer(answer));
  // The client sends nothing more: the socket turns readable when the client hangs up.
  co_await client.async_wait(tcp::socket::wait_read);
  lab.completed();
}

awaitable<void> accept(tcp::acceptor& acceptor, world::price_feed& prices, leaklab::lab& lab)
{
  for (;;)
    lab.spawn(serve(co_await acceptor.async_accept(), prices, lab), "client");
}

awaitable<void> scenario(leaklab::lab& lab)
{
  world::price_feed prices(lab.get_executor());
  leaklab::sampled_gauge const listeners(lab.get_executor(), "listeners",
                                         [&] { return prices.listeners(); });
  tcp::acceptor acceptor(lab.get_executor(), {asio::ip::address_v4::loopback(), 0});
  world::visitors clients(acceptor.local_endpoint());
  lab.spawn(accept(acceptor, prices, lab), "acceptor");
  for (auto clock = lab.ticks(); co_await clock.next();)
    clients.send("chart");
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
