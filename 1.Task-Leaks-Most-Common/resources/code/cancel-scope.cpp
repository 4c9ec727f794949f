// A task owns children in a scope. Are they all gone when it ends, whichever way it ends?
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

static awaitable<void> ask_all(int replicas, std::chrono::milliseconds patience)
{
  leaklab::scope questions(co_await asio::this_coro::executor);
  std::exception_ptr failure;
  try
  {
    for (int replica = 0; replica != replicas; ++replica)
      questions.spawn(pause(1h), "question");
    co_await pause(patience);
  }
  catch (...)
  {
    failure = std::current_exception();
  }
  co_await asio::this_coro::reset_cancellation_state();  // else the join would not wait
  questions.cancel();
  co_await questions.join();
  if (failure) std::rethrow_exception(failure);
}

static void tell(char const* when)
{
  auto const counts = leaklab::count_tasks();
  fmt::print("{}: {} tasks live, {} failed\n", when, counts.live, counts.failed);
}

int main()
{
  asio::io_context context;
  leaklab::scope requests(context.get_executor());
  requests.spawn(ask_all(3, 100ms), "patience ends");
  requests.spawn(ask_all(3, 1h), "is cancelled");
  context.run_for(50ms);
  tell("at first");
  context.run_for(200ms);
  tell("the patience of one has ended");
  requests.cancel();
  context.run();
  tell("the other is cancelled");
}
