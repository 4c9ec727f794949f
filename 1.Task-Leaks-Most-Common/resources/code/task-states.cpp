// One task holds its thread. In which state are the others, and who gets out of it afterwards?
#include <leaklab/channel.hpp>
#include <leaklab/spawn.hpp>
#include <leaklab/steady_timer.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include <thread>

using leaklab::awaitable;
using leaklab::channel;
using namespace std::chrono_literals;

static awaitable<void> compute()
{
  std::this_thread::sleep_for(400ms);  // for the thread, waiting in here is as good as computing
  co_return;
}

static awaitable<void> pause(std::chrono::milliseconds time)
{
  leaklab::steady_timer timer(co_await boost::asio::this_coro::executor, time);
  co_await timer.async_wait();
}

static awaitable<void> receive(channel<int>& values)
{
  co_await values.async_receive();
}

static void show(char const* when)
{
  fmt::print("{}\n", when);
  leaklab::for_each_task([](leaklab::task_info const& task)
                         { fmt::print("  {:8} {}\n", to_string(task.state), task.name); });
}

int main()
{
  boost::asio::io_context context, never_run;
  channel<int> values(context);
  leaklab::spawn(context, receive(values), "receives from an empty channel");
  leaklab::spawn(context, pause(20ms), "pauses for 20 ms");
  context.poll();
  leaklab::spawn(context, compute(), "computes for 400 ms");
  leaklab::spawn(context, pause(20ms), "was spawned behind it");
  leaklab::spawn(never_run, pause(20ms), "was spawned on a context that nobody runs");
  std::thread runner([&] { context.run_for(600ms); });
  std::this_thread::sleep_for(200ms);
  show("after 200 ms");
  runner.join();
  show("after 600 ms");
}
