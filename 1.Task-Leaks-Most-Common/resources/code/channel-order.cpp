// Three senders, one receiver: who waits, in which order do they go on, and what changes with the
// capacity?
#include <leaklab/channel.hpp>
#include <leaklab/spawn.hpp>

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

using leaklab::awaitable;
using leaklab::channel;

namespace
{

awaitable<void> send(channel<int>& values, int value)
{
  fmt::print("  send {}: begins\n", value);
  co_await values.async_send({}, value);
  fmt::print("  send {}: completes\n", value);
}

awaitable<void> receive(channel<int>& values, int count)
{
  for (int i = 0; i != count; ++i)
  {
    auto const value = co_await values.async_receive();
    fmt::print("  received {}\n", value);
  }
}

void three_senders(std::size_t capacity)
{
  boost::asio::io_context context;
  channel<int> values(context, capacity);
  fmt::print("capacity {}\n", values.capacity());
  for (int value = 1; value <= 3; ++value)
    leaklab::spawn(context, send(values, value), "sender");
  context.poll();
  fmt::print("  tasks that wait: {}; a value is ready: {}; try_send: {}\n",
             leaklab::count_tasks().live, values.ready(),
             values.try_send(boost::system::error_code(), 4));
  leaklab::spawn(context, receive(values, 3), "receiver");
  context.poll();
  fmt::print("  tasks that wait: {}\n", leaklab::count_tasks().live);
}

}  // namespace

int main()
{
  three_senders(0);
  three_senders(2);
}
