// A cancelled task wants to say goodbye. Who lets it wait once more?
#include <leaklab/scope.hpp>
#include <leaklab/steady_timer.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

namespace asio = boost::asio;
using leaklab::awaitable;
using namespace std::chrono_literals;

static awaitable<void> pause(std::chrono::milliseconds time)
{
  leaklab::steady_timer timer(co_await asio::this_coro::executor, time);
  co_await timer.async_wait();
}

static awaitable<void> serve(char const* name, bool reset)
{
  std::exception_ptr failure;
  try
  {
    co_await pause(1h);
  }
  catch (boost::system::system_error const& e)
  {
    failure = std::current_exception();
    fmt::print("{}: the wait ends: {}\n", name, e.code().message());
  }
  if (reset) co_await asio::this_coro::reset_cancellation_state();
  try
  {
    co_await pause(10ms);
    fmt::print("{}: goodbye is said\n", name);
  }
  catch (boost::system::system_error const& e)
  {
    fmt::print("{}: goodbye fails: {}\n", name, e.code().message());
  }
  std::rethrow_exception(failure);
}

int main()
{
  asio::io_context context;
  leaklab::scope tasks(context.get_executor());
  tasks.spawn(serve("as it is", false), "server");
  tasks.spawn(serve("after a reset", true), "server");
  context.poll();
  tasks.cancel();
  context.run();
  fmt::print("tasks: {}, failed: {}\n", leaklab::count_tasks().live, leaklab::count_tasks().failed);
}
