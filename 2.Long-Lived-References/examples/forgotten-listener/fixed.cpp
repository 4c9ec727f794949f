// Each client sees a chart of the prices while it is connected. Who else listens to them?
#include <leaklab/gauge.hpp>
#include <leaklab/lab.hpp>
#include <leaklab/steady_timer.hpp>
#include <leaklab/tcp.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/circular_buffer.hpp>
#include <boost/signals2/signal.hpp>
#include <world/visitors.hpp>

#include <memory>
#include <string>

namespace asio = boost::asio;
using leaklab::awaitable;
using leaklab::tcp;

namespace
{

using namespace std::chrono_literals;
using price_feed = boost::signals2::signal<void(double)>;

awaitable<void> publish(price_feed& prices)
{
  leaklab::steady_timer pause(co_await asio::this_coro::executor);
  for (double price = 100;; price += 0.01)
  {
    prices(price);
    pause.expires_after(100ms);
    co_await pause.async_wait();
  }
}

awaitable<bool> next_request(tcp::socket& client)
{
  std::string line;
  auto const [error, length] = co_await asio::async_read_until(client, asio::dynamic_buffer(line), '\n',
                                                               asio::as_tuple(leaklab::tracked()));
  co_return !error;
}

awaitable<void> serve(tcp::socket client, price_feed& prices, leaklab::lab& lab)
{
  auto const chart = std::make_shared<boost::circular_buffer<double>>(1000);
  // the cure: the subscription is a local, so it ends with the client that it is for
  boost::signals2::scoped_connection const subscription =
      prices.connect([chart](double price) { chart->push_back(price); });
  while (co_await next_request(client))
  {
    auto const answer = std::to_string(chart->size()) + " prices\n";
    co_await asio::async_write(client, asio::buffer(answer));
  }
  lab.completed();
}

awaitable<void> accept(tcp::acceptor& acceptor, price_feed& prices, leaklab::lab& lab)
{
  for (;;)
    lab.spawn(serve(co_await acceptor.async_accept(), prices, lab), "client");
}

awaitable<void> scenario(leaklab::lab& lab)
{
  price_feed prices;
  leaklab::sampled_gauge const listeners(lab.get_executor(), "listeners", [&] { return prices.num_slots(); });
  tcp::acceptor acceptor(lab.get_executor(), {asio::ip::address_v4::loopback(), 0});
  world::visitors clients(acceptor.local_endpoint());
  lab.spawn(publish(prices), "publisher");
  lab.spawn(accept(acceptor, prices, lab), "acceptor");
  for (auto clock = lab.ticks(); co_await clock.next();)
    clients.send("chart");
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
