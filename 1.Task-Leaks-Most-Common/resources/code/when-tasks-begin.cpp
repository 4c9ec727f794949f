// A task is started. Does it begin within the call, when the context gets to it, or never?
#include <leaklab/spawn.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

namespace asio = boost::asio;
using leaklab::awaitable;

static awaitable<void> child()
{
  fmt::print("  the child begins\n");
  co_return;
}

static void show()
{
  leaklab::for_each_task([](leaklab::task_info const& task)
                         { fmt::print("  {} is {}\n", task.name, to_string(task.state)); });
}

static awaitable<void> parent()
{
  auto const executor = co_await asio::this_coro::executor;
  fmt::print("co_spawn, in a task\n");
  asio::co_spawn(executor, child(), asio::detached);
  fmt::print("  co_spawn returns\n");
  fmt::print("leaklab::spawn, in a task\n");
  leaklab::spawn(executor, child(), "child");
  fmt::print("  spawn returns\n");
  show();
}

int main()
{
  asio::io_context context, never_run;
  fmt::print("co_spawn, in main()\n");
  asio::co_spawn(context, child(), asio::detached);
  fmt::print("  co_spawn returns\n");
  context.run();
  context.restart();
  leaklab::spawn(context, parent(), "parent");
  leaklab::spawn(never_run, child(), "child of a context that nobody runs");
  context.run();
  fmt::print("when run() has returned\n");
  show();
}
