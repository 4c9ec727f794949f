// A part is available if the warehouse has it and so are the parts that it is made of; an entry
// that names itself makes it go deep. What is open at each level?
#include <leaklab/tcp.hpp>

#include <boost/asio/this_coro.hpp>
#include <runner/lab.hpp>
#include <world/keep_alive_server.hpp>

#include <string>

namespace asio = boost::asio;
using leaklab::awaitable;
using leaklab::tcp;

namespace
{

constexpr int most_levels = 1000;

struct order
{
  tcp::endpoint warehouse;
  leaklab::lab& lab;
  leaklab::tick_clock clock = lab.ticks();
};

int piece_of(int part)
{
  return (part + 1) % 3;
}

awaitable<bool> is_available(int part, int level, order& of);

awaitable<bool> can_be_made(int part, int level, order& of)
{
  bool const goes_on = co_await of.clock.next();
  if (!goes_on || level == most_levels) co_return false;
  co_return co_await is_available(piece_of(part), level + 1, of);
}

awaitable<bool> is_available(int part, int level, order& of)
{
  std::string text = "GET /part/" + std::to_string(part) + " HTTP/1.1\r\nHost: warehouse\r\n\r\n";
  {
    // the cure: the connection ends with its use, before the pieces are asked for
    tcp::socket connection(co_await asio::this_coro::executor);
    co_await connection.async_connect(of.warehouse);
    co_await asio::async_write(connection, asio::buffer(text));
    text.clear();
    co_await asio::async_read_until(connection, asio::dynamic_buffer(text), "\r\n\r\n");
  }
  of.lab.completed();
  if (!text.starts_with("HTTP/1.1 204")) co_return false;
  co_return co_await can_be_made(part, level, of);
}

awaitable<void> scenario(leaklab::lab& lab)
{
  world::keep_alive_server const warehouse;
  order bicycle{warehouse.endpoint(), lab};
  while (co_await bicycle.clock.next())
    co_await is_available(0, 0, bicycle);
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
