// What one suspended task takes up: its coroutine frames, and all that it has on the heap.
#include <leaklab/channel.hpp>
#include <leaklab/heap.hpp>
#include <leaklab/spawn.hpp>
#include <leaklab/steady_timer.hpp>

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include <array>

using leaklab::awaitable;
using leaklab::steady_timer;
using kilobyte = std::array<std::byte, 1024>;

static void use(kilobyte& bytes)
{
  asm volatile("" : : "r"(bytes.data()) : "memory");  // the array must exist
}

static awaitable<void> wait(steady_timer& timer, int depth = 0)
{
  if (depth == 0)
    co_await timer.async_wait();
  else
    co_await wait(timer, depth - 1);
}

static awaitable<void> wait_between_uses(steady_timer& timer)
{
  kilobyte local{};
  co_await timer.async_wait();
  use(local);
}

static awaitable<void> wait_behind_two_blocks(steady_timer& timer)
{
  {
    kilobyte local{};
    use(local);
  }
  {
    kilobyte local{};
    use(local);
  }
  co_await timer.async_wait();
}

static awaitable<void> send(leaklab::channel<int>& values)
{
  co_await values.async_send({}, 1);
}

static void measure_heap()
{
  constexpr int tasks = 100'000;
  boost::asio::io_context context;
  leaklab::channel<int> values(context);
  auto const before = leaklab::read_heap_stats().in_use_bytes;
  for (int i = 0; i != tasks; ++i)
    leaklab::spawn(context, send(values), "sender");
  context.poll();
  fmt::print("a task that waits in a send has {} bytes of heap\n",
             (leaklab::read_heap_stats().in_use_bytes - before) / tasks);
}

int main()
{
  boost::asio::io_context context;
  steady_timer timer(context, std::chrono::hours(1));
  leaklab::spawn(context, wait(timer), "one coroutine");
  leaklab::spawn(context, wait(timer, 1), "two that await each other");
  leaklab::spawn(context, wait(timer, 9), "ten that await each other");
  leaklab::spawn(context, wait_between_uses(timer), "1 KiB used before and after the wait");
  leaklab::spawn(context, wait_behind_two_blocks(timer),
                 "two blocks of 1 KiB, both left before the wait");
  context.poll();
  fmt::print("{:>6} {:>6}  {}\n", "frames", "bytes", "task");
  leaklab::for_each_task(
      [](leaklab::task_info const& task)
      { fmt::print("{:6} {:6}  {}\n", task.frame_count, task.frame_bytes, task.name); });
  measure_heap();
}
