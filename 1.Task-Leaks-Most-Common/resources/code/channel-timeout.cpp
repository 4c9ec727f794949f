// A receive gives up at its deadline. What does the next send find, and what becomes of a value
// that comes just then?
#include <leaklab/awaitable_operators.hpp>
#include <leaklab/channel.hpp>
#include <leaklab/spawn.hpp>
#include <leaklab/steady_timer.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/version.hpp>
#include <fmt/format.h>

#include <thread>

using leaklab::awaitable;
using leaklab::channel;
using namespace std::chrono_literals;

static awaitable<void> receive_in_time(channel<int>& values)
{
  leaklab::steady_timer deadline(values.get_executor(), 20ms);
  auto const first = co_await (values.async_receive() || deadline.async_wait());
  fmt::print("  receive: {}\n", first.index() == 0 ? "a value" : "gave up");
}

static void count_sends(channel<int>& values)
{
  int accepted = 0;
  while (values.try_send(boost::system::error_code(), accepted))
    ++accepted;
  fmt::print("  sends accepted without a receiver: {}\n", accepted);
}

int main()
{
  fmt::print("Boost {}.{}\n", BOOST_VERSION / 100000, BOOST_VERSION / 100 % 1000);
  boost::asio::io_context context;
  channel<int> fresh(context, 3);
  fmt::print("a channel of capacity 3, new\n");
  count_sends(fresh);

  channel<int> used(context, 3);
  fmt::print("another, after a receive that gave up\n");
  leaklab::spawn(context, receive_in_time(used), "receiver");
  context.run();
  count_sends(used);

  channel<int> late(context);
  fmt::print("a value that comes when the deadline is already over\n");
  context.restart();
  leaklab::spawn(context, receive_in_time(late), "receiver");
  boost::asio::steady_timer arrival(context, 10ms);
  arrival.async_wait(
      [&](auto)
      {
        fmt::print("  send: {}\n",
                   late.try_send(boost::system::error_code(), 1) ? "accepted" : "refused");
      });
  context.poll();
  std::this_thread::sleep_for(30ms);  // as if another task computed
  context.run();
  fmt::print("  a value is left in the channel: {}\n", late.ready());
}
