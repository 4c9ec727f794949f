// Two carriers are asked for an offer at the same time, and the parcel goes with the first that
// answers. How many answers come?
#include <leaklab/channel.hpp>
#include <leaklab/tcp.hpp>

#include <boost/asio/this_coro.hpp>
#include <runner/lab.hpp>
#include <world/backend.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace asio = boost::asio;
using leaklab::awaitable;
using leaklab::tcp;
using offers = leaklab::channel<std::string>;
using namespace std::chrono_literals;

namespace
{

constexpr std::string_view question = "2 kg to Oslo?\n";

awaitable<std::string> ask(tcp::endpoint carrier)
{
  tcp::socket connection(co_await asio::this_coro::executor);
  co_await connection.async_connect(carrier);
  co_await asio::async_write(connection, asio::buffer(question));
  std::string offer;
  co_await asio::async_read_until(connection, asio::dynamic_buffer(offer), '\n');
  co_return offer;
}

awaitable<void> bring_offer(tcp::endpoint carrier, std::shared_ptr<offers> desk)
{
  auto offer = co_await ask(carrier);
  co_await desk->async_send({}, std::move(offer));
}

awaitable<void> ship(tcp::endpoint by_road, tcp::endpoint by_rail, leaklab::lab& lab)
{
  // the cure: there is room for every answer, so no carrier waits for somebody to take its own
  auto const desk = std::make_shared<offers>(lab.get_executor(), 2);
  lab.spawn(bring_offer(by_road, desk), "road");
  lab.spawn(bring_offer(by_rail, desk), "rail");
  auto const best = co_await desk->async_receive();
  if (!best.empty()) lab.completed();
}

awaitable<void> scenario(leaklab::lab& lab)
{
  world::backend const road(3ms);
  world::backend const rail(5ms);
  for (auto clock = lab.ticks(); co_await clock.next();)
    lab.spawn(ship(road.endpoint(), rail.endpoint(), lab), "parcel");
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
