// `call || deadline`: when does the group end, and what does it say?
#include <leaklab/awaitable_operators.hpp>
#include <leaklab/spawn.hpp>
#include <leaklab/steady_timer.hpp>
#include <leaklab/tcp.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

namespace asio = boost::asio;
using boost::system::error_code;
using leaklab::awaitable;
using clock_type = leaklab::steady_timer::clock_type;
using namespace asio::experimental::awaitable_operators;
using namespace std::chrono_literals;

static awaitable<void> pause(std::chrono::milliseconds time)
{
  leaklab::steady_timer timer(co_await asio::this_coro::executor, time);
  co_await timer.async_wait();
}

static awaitable<error_code> be_slow()
{
  co_await pause(1000ms);
  co_return error_code();
}

static awaitable<error_code> hear_nothing()
{
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  co_return co_await be_slow();
}

static awaitable<error_code> compute()
{
  for (auto const end = clock_type::now() + 1000ms; clock_type::now() < end;)
    continue;
  co_return error_code();
}

static awaitable<error_code> be_refused(leaklab::tcp::endpoint nobody)
{
  leaklab::tcp::socket connection(co_await asio::this_coro::executor);
  co_await connection.async_connect(nobody);
  co_return error_code();
}

static awaitable<error_code> be_refused_and_tell(leaklab::tcp::endpoint nobody)
{
  leaklab::tcp::socket connection(co_await asio::this_coro::executor);
  auto const [error] = co_await connection.async_connect(nobody, leaklab::as_tuple());
  co_return error;
}

static awaitable<void> measure(char const* name, awaitable<error_code> call)
{
  auto const begin = clock_type::now();
  auto const first = co_await (std::move(call) || pause(100ms));
  auto const tenths = (clock_type::now() - begin) / 100ms;
  fmt::print("{:34} {}.{} s  {}\n", name, tenths / 10, tenths % 10,
             first.index() == 1 ? "the deadline" : std::get<0>(first).message());
}

static void run(char const* name, awaitable<error_code> call)
{
  asio::io_context context;
  leaklab::spawn(context, measure(name, std::move(call)), "request");
  context.run();
}

int main()
{
  asio::io_context context;
  leaklab::tcp::acceptor closed(context, {asio::ip::address_v4::loopback(), 0});
  auto const nobody = closed.local_endpoint();
  closed.close();
  run("waits for 1 s", be_slow());
  run("refuses cancellation for 1 s", hear_nothing());
  run("computes for 1 s", compute());
  run("is refused, and throws", be_refused(nobody));
  run("is refused, and returns its error", be_refused_and_tell(nobody));
}
