// A task tries again whatever goes wrong. What if what went wrong is that it was cancelled?
#include <leaklab/scope.hpp>
#include <leaklab/steady_timer.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

namespace asio = boost::asio;
using leaklab::awaitable;

static awaitable<void> call()
{
  leaklab::steady_timer answer(co_await asio::this_coro::executor, std::chrono::hours(1));
  co_await answer.async_wait();
}

static awaitable<void> call_until_it_works()
{
  int failures = 0;
  while (failures != 100'000)  // in a service: for ever
    try
    {
      co_await call();
      co_return;
    }
    catch (std::exception const&)
    {
      ++failures;
    }
  fmt::print("catches everything: {} tries after the cancellation\n", failures);
}

static awaitable<void> call_while_wanted()
{
  int failures = 0;
  while (!(co_await asio::this_coro::cancellation_state).cancelled())
    try
    {
      co_await call();
      co_return;
    }
    catch (std::exception const&)
    {
      ++failures;
    }
  fmt::print("asks whether it is cancelled: ends at failure {}\n", failures);
}

int main()
{
  asio::io_context context;
  leaklab::scope tasks(context.get_executor());
  tasks.spawn(call_until_it_works(), "caller");
  tasks.spawn(call_while_wanted(), "caller");
  context.poll();
  tasks.cancel();
  context.run();
}
