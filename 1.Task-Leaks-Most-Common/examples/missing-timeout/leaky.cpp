// Each job that is done is reported to its customer's server. How long may that call take?
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
    "POST /done HTTP/1.1\r\nHost: customer\r\nContent-Length: 0\r\n\r\n";

awaitable<void> exchange(tcp::socket& connection)
{
  co_await asio::async_write(connection, asio::buffer(request));
  std::string answer;
  co_await asio::async_read_until(connection, asio::dynamic_buffer(answer), "\r\n\r\n");
}

awaitable<void> call_back(tcp::endpoint customer)
{
  tcp::socket connection(co_await asio::this_coro::executor);
  co_await connection.async_connect(customer);
  co_await exchange(connection);
}

awaitable<void> scenario(leaklab::lab& lab)
{
  world::silent_server const customer;
  for (auto clock = lab.ticks(); co_await clock.next(); lab.completed())
    // the fault: the call has no deadline, so a server that never answers keeps its task for ever
    lab.spawn(call_back(customer.endpoint()), "callback");
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
