// A service asks another over HTTP and keeps its connections for later. Who uses them then, and who
// closes them?
#include <leaklab/tcp.hpp>

#include <boost/asio/this_coro.hpp>
#include <runner/lab.hpp>
#include <world/keep_alive_server.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace asio = boost::asio;
using leaklab::awaitable;
using leaklab::tcp;

namespace
{

constexpr std::string_view request = "GET /stock HTTP/1.1\r\nHost: stock\r\n\r\n";

struct http_client
{
  tcp::endpoint server;
  std::vector<tcp::socket> idle;
  std::size_t most_idle = 4;
};

awaitable<tcp::socket> connect(http_client& client)
{
  tcp::socket connection(co_await asio::this_coro::executor);
  co_await connection.async_connect(client.server);
  co_return connection;
}

awaitable<void> get(http_client& client, leaklab::lab& lab)
{
  auto connection = co_await connect(client);
  co_await asio::async_write(connection, asio::buffer(request));
  std::string answer;
  co_await asio::async_read_until(connection, asio::dynamic_buffer(answer), "\r\n\r\n");
  lab.completed();
  // the fault: a connection that is neither used again nor closed
  client.idle.push_back(std::move(connection));
}

awaitable<void> scenario(leaklab::lab& lab)
{
  world::keep_alive_server const server;
  http_client client{server.endpoint(), {}};
  for (auto clock = lab.ticks(); co_await clock.next();)
    lab.spawn(get(client, lab), "request");
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
