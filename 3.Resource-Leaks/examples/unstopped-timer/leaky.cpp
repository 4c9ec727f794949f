// While a session lasts, a periodic timer says that its user is online. What ends the timer?
#include <leaklab/steady_timer.hpp>
#include <leaklab/tcp.hpp>

#include <boost/asio/this_coro.hpp>
#include <runner/lab.hpp>
#include <world/keep_alive_server.hpp>

#include <chrono>
#include <map>
#include <string>
#include <string_view>

namespace asio = boost::asio;
using leaklab::awaitable;
using leaklab::tcp;

namespace
{

constexpr std::string_view request = "GET /news HTTP/1.1\r\nHost: news\r\n\r\n";

using last_seen = std::map<int, std::chrono::steady_clock::time_point>;

awaitable<void> say_online(int user, last_seen& users)
{
  leaklab::steady_timer timer(co_await asio::this_coro::executor);
  for (;;)
  {
    users[user] = std::chrono::steady_clock::now();
    timer.expires_after(std::chrono::seconds(1));
    co_await timer.async_wait();
  }
}

awaitable<void> converse(tcp::endpoint server, leaklab::lab& lab)
try
{
  tcp::socket connection(co_await asio::this_coro::executor);
  co_await connection.async_connect(server);
  co_await asio::async_write(connection, asio::buffer(request));
  std::string answer;
  co_await asio::async_read_until(connection, asio::dynamic_buffer(answer), "\r\n\r\n");
  lab.completed();
}
catch (boost::system::system_error const&)
{
  // a connection that breaks ends the session too
}

awaitable<void> session(int user, last_seen& users, tcp::endpoint server, leaklab::lab& lab)
{
  // the fault: the timer belongs to nobody, so the session's end does not reach it
  lab.spawn(say_online(user, users), "online");
  co_await converse(server, lab);
  users.erase(user);
}

awaitable<void> scenario(leaklab::lab& lab)
{
  world::keep_alive_server const server;
  last_seen users;
  int user = 0;
  for (auto clock = lab.ticks(); co_await clock.next();)
    lab.spawn(session(++user, users, server.endpoint(), lab), "session");
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
