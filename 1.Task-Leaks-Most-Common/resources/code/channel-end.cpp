// A channel ends while a task waits in it. What do the sender, the receiver and the value see of
// it?
#include <leaklab/channel.hpp>
#include <leaklab/spawn.hpp>

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include <optional>

using leaklab::channel;

static leaklab::awaitable<void> send(channel<int>& values)
{
  auto const [error] = co_await values.async_send({}, 1, leaklab::as_tuple());
  fmt::print("  send: {}\n", error ? error.message() : "completes");
}

static leaklab::awaitable<void> receive(channel<int>& values)
{
  auto const [error, value] = co_await values.async_receive(leaklab::as_tuple());
  fmt::print("  receive: {}\n", error ? error.message() : fmt::to_string(value));
}

template <class... Ends>
static void experiment(char const* title, std::size_t capacity, bool sender_waits, Ends... ends)
{
  fmt::print("{}\n", title);
  boost::asio::io_context context;
  auto const work = boost::asio::make_work_guard(context);
  std::optional<channel<int>> values(std::in_place, context, capacity);
  leaklab::spawn(context, sender_waits ? send(*values) : receive(*values), "first");
  context.poll();
  (ends(values), ...);
  context.poll();
  if (values) leaklab::spawn(context, sender_waits ? receive(*values) : send(*values), "second");
  context.poll();
  fmt::print("  tasks that still wait: {}\n", leaklab::count_tasks().live);
}

int main()
{
  auto const close = [](auto& values) { values->close(); };
  auto const cancel = [](auto& values) { values->cancel(); };
  auto const destroy = [](auto& values) { values.reset(); };
  experiment("a receiver waits, then close(), then a sender comes", 0, false, close);
  experiment("a sender waits, then close(), then a receiver comes", 0, true, close);
  experiment("the buffer holds a value, then close(), then a receiver comes", 1, true, close);
  experiment("a receiver waits, then cancel(), then a sender comes", 0, false, cancel);
  experiment("a sender waits, then cancel(), then a receiver comes", 0, true, cancel);
  experiment("the buffer holds a value, then cancel(), then a receiver comes", 1, true, cancel);
  experiment("a sender waits, then the channel is destroyed", 0, true, destroy);
  experiment("a sender waits, then cancel() and close(), then a receiver comes", 0, true, cancel,
             close);
  experiment("a sender waits, then close() and cancel(), then a receiver comes", 0, true, close,
             cancel);
}
