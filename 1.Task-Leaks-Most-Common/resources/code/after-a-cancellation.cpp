// Tasks are cancelled while they wait. What do they still do, and what do they leave?
#include <leaklab/scope.hpp>
#include <leaklab/steady_timer.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

namespace asio = boost::asio;
using leaklab::awaitable;
using namespace std::chrono_literals;

static int slots_taken = 0;

static awaitable<void> pause(std::chrono::milliseconds time)
{
  leaklab::steady_timer timer(co_await asio::this_coro::executor, time);
  co_await timer.async_wait();
}

static awaitable<void> take_a_slot()
{
  ++slots_taken;
  co_await pause(1h);
  --slots_taken;
}

static awaitable<void> say_goodbye(bool reset)
{
  bool cancelled = false;
  try
  {
    co_await pause(1h);
  }
  catch (std::exception const&)
  {
    cancelled = true;
  }
  if (reset) co_await asio::this_coro::reset_cancellation_state();
  try
  {
    if (cancelled) co_await pause(10ms);
    fmt::print("goodbye {}: said\n", reset ? "after a reset" : "at once");
  }
  catch (boost::system::system_error const& e)
  {
    fmt::print("goodbye {}: {}\n", reset ? "after a reset" : "at once", e.code().message());
  }
}

static awaitable<void> try_again()
{
  int failures = 0;
  while (failures != 100'000)  // in a service: for ever
    try
    {
      co_await pause(1h);
      co_return;
    }
    catch (std::exception const&)
    {
      ++failures;
    }
  fmt::print("catches everything: {} tries\n", failures);
}

int main()
{
  asio::io_context context;
  leaklab::scope tasks(context.get_executor());
  tasks.spawn(take_a_slot(), "request");
  tasks.spawn(say_goodbye(false), "server");
  tasks.spawn(say_goodbye(true), "server");
  tasks.spawn(try_again(), "caller");
  context.poll();
  tasks.cancel();
  context.run();
  fmt::print("tasks left: {}, slots taken: {}\n", tasks.size(), slots_taken);
}
