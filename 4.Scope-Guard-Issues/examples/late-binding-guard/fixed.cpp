// A query asks five shards, and when it ends, guards close its connections. Which ones do they
// close?
#include <leaklab/tcp.hpp>

#include <runner/lab.hpp>
#include <world/keep_alive_server.hpp>
#include <world/scope_guard.hpp>

#include <list>
#include <string>
#include <string_view>

namespace asio = boost::asio;
using leaklab::awaitable;
using leaklab::tcp;

namespace
{

constexpr int shards = 5;
constexpr std::string_view request = "GET /part HTTP/1.1\r\nHost: shard\r\n\r\n";

using connections = std::list<tcp::socket>;

awaitable<void> ask(tcp::socket& shard, tcp::endpoint server)
{
  co_await shard.async_connect(server);
  co_await asio::async_write(shard, asio::buffer(request));
  std::string part;
  co_await asio::async_read_until(shard, asio::dynamic_buffer(part), "\r\n\r\n");
}

awaitable<void> query(connections& open, tcp::endpoint server, leaklab::lab& lab)
{
  tcp::socket* shard = nullptr;
  world::exit_stack guards;
  for (int asked = 0; asked != shards; ++asked)
  {
    shard = &open.emplace_back(lab.get_executor());
    // the cure: captured by value, the pointer is still that of the guard's own shard
    guards.push([shard] { shard->close(); });
    co_await ask(*shard, server);
  }
  lab.completed();
}

awaitable<void> scenario(leaklab::lab& lab)
{
  world::keep_alive_server const server;
  connections open;
  for (auto clock = lab.ticks(); co_await clock.next();)
  {
    co_await query(open, server.endpoint(), lab);
    open.remove_if([](auto const& connection) { return !connection.is_open(); });
  }
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
