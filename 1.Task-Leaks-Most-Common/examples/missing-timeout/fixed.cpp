// Each job that is done is reported to its customer's server. How long may that call take?
#include <leaklab/tcp.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
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

awaitable<void> call_back_in_time(tcp::endpoint customer)
{
  auto const executor = co_await asio::this_coro::executor;
  leaklab::steady_timer deadline(executor, std::chrono::milliseconds(200));
  auto const [order, failure, expired] =
      co_await asio::experimental::make_parallel_group(
          asio::co_spawn(executor, call_back(customer), asio::deferred),
          deadline.async_wait(asio::deferred))
          .async_wait(asio::experimental::wait_for_one(), leaklab::tracked());
  if (order[0] == 1) throw boost::system::system_error(asio::error::timed_out);
  if (failure) std::rethrow_exception(failure);
}

awaitable<void> scenario(leaklab::lab& lab)
{
  world::silent_server const customer;
  for (auto clock = lab.ticks(); co_await clock.next(); lab.completed())
    // the cure: a deadline cancels the call, whatever it waits for, and the failure is counted
    lab.spawn(call_back_in_time(customer.endpoint()), "callback");
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
