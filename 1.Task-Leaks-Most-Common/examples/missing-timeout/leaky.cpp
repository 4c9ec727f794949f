// A handler answers 202 at once and calls the caller back when the work is done. How long may that
// call take?
#include <leaklab/tcp.hpp>

#include <boost/asio/this_coro.hpp>
#include <runner/lab.hpp>
#include <world/silent_server.hpp>

#include <string>
#include <string_view>

namespace asio = boost::asio;
using leaklab::awaitable;
using leaklab::tcp;

namespace
{

constexpr std::string_view request =
    "POST /reports HTTP/1.1\r\nHost: reports\r\nContent-Length: 0\r\n\r\n";
constexpr std::string_view accepted = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";
constexpr std::string_view callback =
    "POST /done HTTP/1.1\r\nHost: caller\r\nContent-Length: 0\r\n\r\n";

awaitable<void> exchange(tcp::socket& connection, std::string_view message)
{
  std::string answer;
  co_await asio::async_write(connection, asio::buffer(message));
  co_await asio::async_read_until(connection, asio::dynamic_buffer(answer), "\r\n\r\n");
}

awaitable<void> call_back(tcp::endpoint caller)
{
  tcp::socket connection(co_await asio::this_coro::executor);
  co_await connection.async_connect(caller);
  co_await exchange(connection, callback);
}

awaitable<void> handle_requests(tcp::socket connection, tcp::endpoint caller, leaklab::lab& lab)
{
  for (;;)
  {
    std::string received;
    co_await asio::async_read_until(connection, asio::dynamic_buffer(received), "\r\n\r\n");
    co_await asio::async_write(connection, asio::buffer(accepted));
    lab.completed();
    // the fault: the call has no deadline, so a server that never answers keeps its task for ever
    lab.spawn(call_back(caller), "callback");
  }
}

awaitable<void> scenario(leaklab::lab& lab)
{
  world::silent_server const caller;
  tcp::acceptor acceptor(lab.get_executor(), {asio::ip::address_v4::loopback(), 0});
  tcp::socket client(lab.get_executor());
  co_await client.async_connect(acceptor.local_endpoint());
  lab.spawn(handle_requests(co_await acceptor.async_accept(), caller.endpoint(), lab), "handler");
  for (auto clock = lab.ticks(); co_await clock.next();)
    co_await exchange(client, request);
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
