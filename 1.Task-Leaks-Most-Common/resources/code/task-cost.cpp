// A task waits. What does it cost besides its coroutine frames?
#include <leaklab/channel.hpp>
#include <leaklab/heap.hpp>
#include <leaklab/spawn.hpp>
#include <leaklab/steady_timer.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

using leaklab::awaitable;
using leaklab::channel;

constexpr int tasks = 100'000;

static awaitable<void> send(channel<int>& values)
{
  co_await values.async_send({}, 1);
}

static awaitable<void> wait(std::chrono::hours time)
{
  leaklab::steady_timer timer(co_await boost::asio::this_coro::executor, time);
  co_await timer.async_wait();
}

template <class Start>
static void measure(leaklab::task_name name, Start start)
{
  boost::asio::io_context context;
  channel<int> values(context);
  auto const before = leaklab::read_heap_stats().in_use_bytes;
  for (int i = 0; i != tasks; ++i)
    leaklab::spawn(context, start(values), name);
  context.poll();
  auto const each = (leaklab::read_heap_stats().in_use_bytes - before) / tasks;
  std::size_t frames = 0;
  leaklab::for_each_task([&](auto const& task) { frames += task.frame_bytes; });
  fmt::print("{}: {} bytes of heap a task, {} of them in its frames\n", name.c_str(), each,
             frames / tasks);
}

int main()
{
  measure("channel send", [](channel<int>& values) { return send(values); });
  measure("timer", [](channel<int>&) { return wait(std::chrono::hours(1)); });
}
