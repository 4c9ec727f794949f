// What one suspended task takes up: its coroutine frames, as the runtime measures them.
#include <leaklab/spawn.hpp>
#include <leaklab/steady_timer.hpp>

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include <array>

using leaklab::awaitable;
using leaklab::steady_timer;
using kilobyte = std::array<std::byte, 1024>;

namespace
{

void use(kilobyte& bytes)
{
  asm volatile("" : : "r"(bytes.data()) : "memory");  // the array must exist
}

awaitable<void> wait(steady_timer& timer)
{
  co_await timer.async_wait();
}

awaitable<void> wait_with_local(steady_timer& timer)
{
  kilobyte local{};
  co_await timer.async_wait();
  use(local);
}

awaitable<void> wait_after_block(steady_timer& timer)
{
  {
    kilobyte local{};
    use(local);
  }
  co_await timer.async_wait();
}

awaitable<void> wait_with_parameter(steady_timer& timer, kilobyte parameter)
{
  co_await timer.async_wait();
  use(parameter);
}

awaitable<void> call(steady_timer& timer, int depth)
{
  if (depth == 0)
    co_await timer.async_wait();
  else
    co_await call(timer, depth - 1);
}

}  // namespace

int main()
{
  boost::asio::io_context context;
  steady_timer timer(context, std::chrono::hours(1));
  leaklab::spawn(context, wait(timer), "waits");
  leaklab::spawn(context, wait_with_local(timer), "with 1 KiB on both sides of the wait");
  leaklab::spawn(context, wait_after_block(timer), "with 1 KiB in a block before the wait");
  leaklab::spawn(context, wait_with_parameter(timer, {}), "with 1 KiB as a parameter");
  leaklab::spawn(context, call(timer, 0), "calls nobody");
  leaklab::spawn(context, call(timer, 1), "calls one deep");
  leaklab::spawn(context, call(timer, 8), "calls eight deep");
  context.poll();
  fmt::print("{:>6} {:>6}  task\n", "frames", "bytes");
  leaklab::for_each_task([](leaklab::task_info const& task)
                         { fmt::print("{:6} {:6}  {}\n", task.frame_count, task.frame_bytes, task.name); });
}
