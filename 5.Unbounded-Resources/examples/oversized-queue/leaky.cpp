// A producer makes a hundred times as many events as its consumer can store. Which of the two sets
// the pace?
#include <leaklab/channel.hpp>
#include <leaklab/tcp.hpp>

#include <runner/lab.hpp>
#include <world/backend.hpp>

#include <array>
#include <string>
#include <vector>

namespace asio = boost::asio;
using leaklab::awaitable;
using leaklab::channel;
using leaklab::tcp;

namespace
{

using event = std::vector<char>;

awaitable<void> consume(channel<event>& events, tcp::endpoint store, leaklab::lab& lab)
{
  tcp::socket connection(lab.get_executor());
  co_await connection.async_connect(store);
  for (;;)
  {
    event const stored = co_await events.async_receive();
    std::string answer;
    co_await asio::async_write(connection, std::array{asio::buffer(stored), asio::buffer("\n", 1)});
    co_await asio::async_read_until(connection, asio::dynamic_buffer(answer), '\n');
    lab.completed();
  }
}

awaitable<void> scenario(leaklab::lab& lab)
{
  world::backend const store(std::chrono::milliseconds(10));
  // the fault: with room for a million events, a send never waits and the backlog fills the memory
  channel<event> events(lab.get_executor(), 1'000'000);
  lab.spawn(consume(events, store.endpoint(), lab), "consumer");
  for (auto clock = lab.ticks(); co_await clock.next();)
    co_await events.async_send({}, event(1024, '.'));
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
