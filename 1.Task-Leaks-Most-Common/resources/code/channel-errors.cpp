// What a receiver is told: a failure that a sender sends, and, again and again, that the channel is
// closed.
#include <leaklab/channel.hpp>
#include <leaklab/spawn.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

using leaklab::awaitable;
using leaklab::channel;

static awaitable<void> send(channel<int>& values)
{
  co_await values.async_send({}, 1);
  co_await values.async_send(boost::asio::error::eof, 0);
}

static awaitable<void> receive(channel<int>& values)
{
  try
  {
    for (;;)
      fmt::print("received {}\n", co_await values.async_receive());
  }
  catch (boost::system::system_error const& e)
  {
    fmt::print("the receive throws: {}; the channel is open: {}\n", e.code().message(),
               values.is_open());
  }
}

static awaitable<void> ignore_errors(channel<int>& values)
{
  int errors = 0;
  while (errors != 100'000)
  {
    auto const [error, value] = co_await values.async_receive(leaklab::as_tuple());
    if (error) ++errors;  // and nothing else
  }
  fmt::print("receives from the closed channel, one straight after the other: {}\n", errors);
}

int main()
{
  boost::asio::io_context context;
  channel<int> values(context, 2);
  leaklab::spawn(context, send(values), "sender");
  leaklab::spawn(context, receive(values), "receiver");
  context.run();
  values.close();
  leaklab::spawn(context, ignore_errors(values), "receiver");
  context.restart();
  context.run();
}
