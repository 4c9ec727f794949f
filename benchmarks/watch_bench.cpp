// watch_bench: MiB of heap that the watch has taken after a day: 8,640 samples of a program whose
// tasks wait at 200 places.
#include "model/leak_watch.hpp"

#include <leaklab/heap.hpp>
#include <leaklab/spawn.hpp>
#include <leaklab/steady_timer.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdio>
#include <utility>

namespace
{

namespace asio = boost::asio;

template <int Place>
leaklab::awaitable<void> wait_at()
{
  leaklab::steady_timer timer(co_await asio::this_coro::executor, std::chrono::hours(48));
  co_await timer.async_wait();
}

template <int... Places>
void spawn_all(asio::io_context& context, std::integer_sequence<int, Places...>)
{
  (leaklab::spawn(context, wait_at<Places>(), "waiter"), ...);
}

std::size_t in_use()
{
  return leaklab::read_heap_stats().in_use_bytes;
}

}  // namespace

int main()
{
  asio::io_context context;
  spawn_all(context, std::make_integer_sequence<int, 200>());
  context.poll();
  leaklab::set_heap_sampling_period(512 * 1024);

  auto const before = in_use();
  leaklab::model::leak_watch watch;
  constexpr double day = 86400;
  for (double now = 0; now < day; now += 10)
    watch.sample(now);
  if (watch.report().series < 200) return 1;
  std::printf("%.3f\n", static_cast<double>(in_use() - before) / (1 << 20));
}
