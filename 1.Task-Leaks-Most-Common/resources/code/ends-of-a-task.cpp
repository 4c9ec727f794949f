// A task waits for a value that never comes. Which event ends it, and when do the things that it holds go?
#include <leaklab/channel.hpp>
#include <leaklab/scope.hpp>
#include <leaklab/spawn.hpp>

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include <memory>
#include <optional>

using leaklab::awaitable;
using leaklab::channel;
using namespace std::chrono_literals;

namespace
{

struct request
{
  ~request() { fmt::print("    the request is destroyed\n"); }
};

awaitable<void> wait_on(std::shared_ptr<channel<int>> answers)
{
  request const held;
  co_await answers->async_receive();
}

void after(char const* event, boost::asio::io_context& context)
{
  fmt::print("{}\n", event);
  context.restart();
  context.run_for(50ms);
  fmt::print("    tasks: {}, run() has more to do: {}\n", leaklab::count_tasks().live, !context.stopped());
}

}  // namespace

int main()
{
  std::optional<boost::asio::io_context> context(std::in_place);
  auto answers = std::make_shared<channel<int>>(*context);
  std::optional<leaklab::scope> tasks(context->get_executor());

  tasks->spawn(wait_on(answers), "waiter");
  after("spawned in a scope", *context);
  tasks->cancel();
  after("the scope is cancelled", *context);

  leaklab::spawn(*context, wait_on(answers), "waiter");
  after("spawned again", *context);
  answers->cancel();
  after("the channel is cancelled", *context);

  leaklab::spawn(*context, wait_on(answers), "waiter");
  std::weak_ptr const left = answers;
  answers.reset();
  after("spawned again, and everybody else lets go of the channel", *context);
  fmt::print("    owners of the channel: {}\n", left.use_count());
  tasks.reset();
  after("the scope is destroyed", *context);
  fmt::print("the context is destroyed\n");
  context.reset();
  fmt::print("    tasks: {}, owners of the channel: {}\n", leaklab::count_tasks().live, left.use_count());
}
