// Loads that look alike at first. Which of the counts has an end?
#include <leaklab/channel.hpp>
#include <leaklab/scope.hpp>
#include <leaklab/steady_timer.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include <map>
#include <string_view>

using leaklab::awaitable;
using leaklab::channel;
using namespace std::chrono_literals;

constexpr auto tick = 20ms;
constexpr auto duration = 8s;

static awaitable<void> send(channel<int>& values)
{
  co_await values.async_send({}, 1);
}

static awaitable<void> pause(std::chrono::milliseconds time)
{
  leaklab::steady_timer timer(co_await boost::asio::this_coro::executor, time);
  co_await timer.async_wait();
}

static void show(std::chrono::seconds second)
{
  std::map<std::string_view, int> counts;
  leaklab::for_each_task([&](leaklab::task_info const& task) { ++counts[task.name]; });
  fmt::print("{:6} {:5} {:10} {:13} {:13} {:5}\n", second.count(), counts["leak"], counts["half"],
             counts["capacity"], counts["deadline"], counts["pool"]);
}

static awaitable<void> load(leaklab::scope& tasks)
{
  auto const executor = co_await boost::asio::this_coro::executor;
  channel<int> nobody_receives(executor);
  channel<int> buffered(executor, 100);
  leaklab::steady_timer clock(executor);
  auto const begin = leaklab::steady_timer::clock_type::now();
  fmt::print("second  leak  half load  capacity 100  deadline 3 s  pool\n");
  for (int ticks = 0; ticks * tick <= duration; ++ticks)
  {
    clock.expires_at(begin + ticks * tick);
    co_await clock.async_wait();
    if (ticks * tick % 1s == 0s)
      show(std::chrono::duration_cast<std::chrono::seconds>(ticks * tick));
    tasks.spawn(send(nobody_receives), "leak");
    if (ticks % 2 == 0) tasks.spawn(send(nobody_receives), "half");
    tasks.spawn(send(buffered), "capacity");
    tasks.spawn(pause(3s), "deadline");
    if (ticks < 75) tasks.spawn(pause(1h), "pool");
  }
  tasks.cancel();
  co_await tasks.join();
}

int main()
{
  boost::asio::io_context context;
  leaklab::scope tasks(context.get_executor());
  leaklab::spawn(context, load(tasks), "load");
  context.run();
}
