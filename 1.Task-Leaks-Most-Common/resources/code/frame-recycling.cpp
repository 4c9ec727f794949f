// Who gets the memory of a coroutine frame once its coroutine has returned?
#include <leaklab/spawn.hpp>
#include <leaklab/steady_timer.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include <array>

using leaklab::awaitable;
using leaklab::steady_timer;

namespace
{

// Returns where its frame is: its local lives in it.
template <std::size_t size>
awaitable<std::uintptr_t> finish()
{
  std::array<std::byte, size> local{};
  co_await boost::asio::this_coro::executor;
  asm volatile("" : : "r"(local.data()) : "memory");  // the array must exist
  co_return reinterpret_cast<std::uintptr_t>(local.data());
}

awaitable<void> wait(steady_timer& timer)
{
  co_await timer.async_wait();
}

template <std::size_t size>
awaitable<void> finish_twice_then_wait(steady_timer& timer)
{
  auto const first = co_await finish<size>();
  auto const second = co_await finish<size>();
  fmt::print("two calls with a local of {} bytes: {} memory\n", size, first == second ? "the same" : "other");
  co_await wait(timer);
}

}  // namespace

int main()
{
  boost::asio::io_context context;
  steady_timer timer(context, std::chrono::hours(1));
  leaklab::spawn(context, finish_twice_then_wait<16>(timer), "after 16 bytes");
  leaklab::spawn(context, finish_twice_then_wait<600>(timer), "after 600 bytes");
  leaklab::spawn(context, finish_twice_then_wait<4000>(timer), "after 4000 bytes");
  context.poll();
  leaklab::for_each_task(
      [](leaklab::task_info const& task)
      { fmt::print("{} frames, {} bytes: waits {}\n", task.frame_count, task.frame_bytes, task.name); });
}
