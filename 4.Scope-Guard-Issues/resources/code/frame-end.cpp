// A coroutine waits, with a guard in its frame and one more line after the wait. Which of them run,
// by the way that the wait ends? And does the guard see an exception under way?
#include <leaklab/scope.hpp>
#include <leaklab/spawn.hpp>
#include <leaklab/steady_timer.hpp>

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>
#include <world/scope_guard.hpp>

#include <exception>
#include <optional>

using leaklab::awaitable;
using namespace std::chrono_literals;

namespace
{

awaitable<void> hold(boost::asio::any_io_executor executor, leaklab::steady_timer::duration wait)
{
  world::scope_exit const guard(
      []
      { fmt::print("  the guard runs; exceptions under way: {}\n", std::uncaught_exceptions()); });
  leaklab::steady_timer timer(executor, wait);
  co_await timer.async_wait();
  fmt::print("  the line after the wait runs\n");
}

}  // namespace

int main()
{
  std::optional<boost::asio::io_context> context(std::in_place);
  auto const executor = context->get_executor();

  fmt::print("the timer fires\n");
  leaklab::spawn(executor, hold(executor, 1ms), "holder");
  context->run();

  fmt::print("the task is cancelled\n");
  std::optional<leaklab::scope> tasks(executor);
  tasks->spawn(hold(executor, 1h), "holder");
  context->restart();
  context->poll();
  tasks->cancel();
  context->restart();
  context->run();
  tasks.reset();

  fmt::print("the context is destroyed\n");
  leaklab::spawn(executor, hold(executor, 1h), "holder");
  context->restart();
  context->poll();
  context.reset();
}
