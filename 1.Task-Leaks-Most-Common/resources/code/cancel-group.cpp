// `call || deadline`: when does the group end if the call takes its cancellation, and when if it does not?
#include <leaklab/awaitable_operators.hpp>
#include <leaklab/spawn.hpp>
#include <leaklab/steady_timer.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

namespace asio = boost::asio;
using leaklab::awaitable;
using leaklab::steady_timer;
using namespace asio::experimental::awaitable_operators;
using namespace std::chrono_literals;

static awaitable<void> pause(std::chrono::milliseconds time)
{
  steady_timer timer(co_await asio::this_coro::executor, time);
  co_await timer.async_wait();
}

static awaitable<void> obedient()
{
  co_await pause(1000ms);
}

static awaitable<void> deaf()
{
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  co_await pause(1000ms);
}

static awaitable<void> busy()
{
  auto const end = steady_timer::clock_type::now() + 1000ms;
  while (steady_timer::clock_type::now() < end)
    continue;
  co_return;  // the first thing that could take a cancellation would be a co_await
}

static awaitable<void> measure(char const* name, awaitable<void> call)
{
  auto const begin = steady_timer::clock_type::now();
  auto const first = co_await (pause(100ms) || std::move(call));
  auto const tenths = (steady_timer::clock_type::now() - begin) / 100ms;
  fmt::print("{} call: the group ends after {}.{} s, first was {}\n", name, tenths / 10, tenths % 10,
             first.index() == 0 ? "the deadline" : "the call");
}

int main()
{
  for (auto const& [name, call] :
       {std::pair("obedient", &obedient), std::pair("deaf", &deaf), std::pair("busy", &busy)})
  {
    asio::io_context context;
    leaklab::spawn(context, measure(name, call()), "request");
    context.run();
  }
}
