// A service asks another for its stock over HTTP and keeps the latest answers. What else does it
// keep?
#include <leaklab/tcp.hpp>

#include <boost/asio/this_coro.hpp>
#include <boost/circular_buffer.hpp>
#include <runner/lab.hpp>
#include <world/keep_alive_server.hpp>

#include <string>
#include <string_view>

namespace asio = boost::asio;
using leaklab::awaitable;
using leaklab::tcp;

namespace
{

constexpr std::string_view request = "GET /stock HTTP/1.1\r\nHost: stock\r\n\r\n";

struct response
{
  tcp::socket connection;
  std::string text;
};

awaitable<response> get(tcp::endpoint server)
{
  tcp::socket connection(co_await asio::this_coro::executor);
  co_await connection.async_connect(server);
  co_await asio::async_write(connection, asio::buffer(request));
  std::string text;
  co_await asio::async_read_until(connection, asio::dynamic_buffer(text), "\r\n\r\n");
  // the fault: the answer is complete, and whoever keeps it keeps its connection open
  co_return response{std::move(connection), std::move(text)};
}

awaitable<void> scenario(leaklab::lab& lab)
{
  world::keep_alive_server const server;
  boost::circular_buffer<response> latest(1000);
  for (auto clock = lab.ticks(); co_await clock.next();)
  {
    latest.push_back(co_await get(server.endpoint()));
    lab.completed();
  }
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
