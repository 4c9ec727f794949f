// A receive gives up at its deadline. What does the next send find?
#include <leaklab/awaitable_operators.hpp>
#include <leaklab/channel.hpp>
#include <leaklab/spawn.hpp>
#include <leaklab/steady_timer.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/version.hpp>
#include <fmt/format.h>

using leaklab::awaitable;
using leaklab::channel;
using namespace std::chrono_literals;

static awaitable<void> receive_in_time(channel<int>& values)
{
  leaklab::steady_timer deadline(values.get_executor(), 20ms);
  auto const first = co_await (values.async_receive() || deadline.async_wait());
  fmt::print("  receive: {}\n", first.index() == 0 ? "a value" : "gave up at its deadline");
}

static void experiment(char const* title, std::size_t capacity, bool cancel_first)
{
  fmt::print("{}\n", title);
  boost::asio::io_context context;
  channel<int> values(context, capacity);
  if (cancel_first)
  {
    leaklab::spawn(context, receive_in_time(values), "receiver");
    context.run();
  }
  int accepted = 0;
  while (values.try_send(boost::system::error_code(), accepted))
    ++accepted;
  fmt::print("  sends accepted without a receiver: {}\n", accepted);
}

int main()
{
  fmt::print("Boost {}.{}\n", BOOST_VERSION / 100000, BOOST_VERSION / 100 % 1000);
  experiment("capacity 3, new", 3, false);
  experiment("capacity 3, after a receive that gave up", 3, true);
}
