// `deadline || call`: when does the group end, and who came first?
#include <leaklab/awaitable_operators.hpp>
#include <leaklab/spawn.hpp>
#include <leaklab/steady_timer.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

namespace asio = boost::asio;
using leaklab::awaitable;
using clock_type = leaklab::steady_timer::clock_type;
using namespace asio::experimental::awaitable_operators;
using namespace std::chrono_literals;

static awaitable<void> pause(std::chrono::milliseconds time)
{
  leaklab::steady_timer timer(co_await asio::this_coro::executor, time);
  co_await timer.async_wait();
}

static awaitable<void> hear_nothing()
{
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  co_await pause(1000ms);
}

static awaitable<void> compute()
{
  for (auto const end = clock_type::now() + 1000ms; clock_type::now() < end;)
    continue;
  co_return;
}

static awaitable<void> measure(char const* name, awaitable<void> call)
{
  auto const begin = clock_type::now();
  auto const first = co_await (pause(100ms) || std::move(call));
  auto const tenths = (clock_type::now() - begin) / 100ms;
  fmt::print("{:20} {}.{} s, {}\n", name, tenths / 10, tenths % 10,
             first.index() == 1 ? "call" : "deadline");
}

static void run(char const* name, awaitable<void> call)
{
  asio::io_context context;
  leaklab::spawn(context, measure(name, std::move(call)), "request");
  context.run();
}

int main()
{
  run("waits for 1 s", pause(1000ms));
  run("refuses cancellation", hear_nothing());
  run("computes for 1 s", compute());
}
