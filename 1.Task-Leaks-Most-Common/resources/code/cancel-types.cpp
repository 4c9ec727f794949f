// A signal is emitted to a task that waits. Which of the three kinds of cancellation arrive?
#include <leaklab/spawn.hpp>
#include <leaklab/steady_timer.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

namespace asio = boost::asio;
using leaklab::awaitable;

static awaitable<void> wait(bool all_kinds)
{
  if (all_kinds)
    co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
  leaklab::steady_timer timer(co_await asio::this_coro::executor, std::chrono::hours(1));
  co_await timer.async_wait();
}

static char const* outcome(asio::cancellation_type kind, bool all_kinds)
{
  asio::io_context context;
  asio::cancellation_signal signal;
  bool ended = false;
  asio::co_spawn(
      context, wait(all_kinds),
      asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr) { ended = true; }));
  context.poll();
  signal.emit(kind);
  context.poll();
  return ended ? "ends" : "waits on";
}

int main()
{
  fmt::print("{:10} {:18} {}\n", "emitted", "as co_spawn has it", "with enable_total_cancellation");
  for (auto const& [name, kind] : {std::pair("terminal", asio::cancellation_type::terminal),
                                   std::pair("partial", asio::cancellation_type::partial),
                                   std::pair("total", asio::cancellation_type::total)})
    fmt::print("{:10} {:18} {}\n", name, outcome(kind, false), outcome(kind, true));
}
