// A coroutine has returned. Who gets the memory of its frame?
#include <leaklab/heap.hpp>
#include <leaklab/spawn.hpp>
#include <leaklab/steady_timer.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include <array>

using leaklab::awaitable;
using leaklab::steady_timer;

static double allocations()
{
  double sum = 0;
  for (auto const& sample : leaklab::read_allocations())
    sum += sample.objects;
  return sum;
}

template <std::size_t size>
static awaitable<void> finish()
{
  std::array<std::byte, size> local{};
  co_await boost::asio::this_coro::executor;
  asm volatile("" : : "r"(local.data()) : "memory");  // the array must exist
}

static awaitable<void> wait(steady_timer& timer)
{
  co_await timer.async_wait();
}

template <std::size_t size>
static awaitable<void> finish_then_wait(steady_timer& timer)
{
  auto const before = allocations();
  for (int call = 0; call != 1000; ++call)
    co_await finish<size>();
  fmt::print("1000 calls with a local of {} bytes: {:.0f} allocations\n", size,
             allocations() - before);
  co_await wait(timer);
}

int main()
{
  leaklab::set_allocation_sampling_period(1);  // which is each one
  boost::asio::io_context context;
  steady_timer timer(context, std::chrono::hours(1));
  leaklab::spawn(context, finish_then_wait<16>(timer), "16");
  leaklab::spawn(context, finish_then_wait<600>(timer), "600");
  leaklab::spawn(context, finish_then_wait<4000>(timer), "4000");
  context.poll();
  leaklab::for_each_task(
      [](auto const& task) {
        fmt::print("frames of the task that waits after {} bytes: {}\n", task.name,
                   task.frame_bytes);
      });
}
