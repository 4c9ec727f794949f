// A task waits for a value that never comes. Which event ends it, and when does what it holds go?
#include <leaklab/channel.hpp>
#include <leaklab/scope.hpp>
#include <leaklab/spawn.hpp>

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include <memory>
#include <optional>

using leaklab::channel;

struct request
{
  ~request() { fmt::print("  the request is destroyed\n"); }
};

static leaklab::awaitable<void> wait_on(std::shared_ptr<channel<int>> answers)
{
  request const held;
  co_await answers->async_receive();
}

static void after(char const* event, boost::asio::io_context& context)
{
  fmt::print("{}\n", event);
  context.restart();
  context.run_for(std::chrono::milliseconds(50));
  fmt::print("  tasks: {}; run() would {}\n", leaklab::count_tasks().live,
             context.stopped() ? "return" : "go on for ever");
}

int main()
{
  std::optional<boost::asio::io_context> context(std::in_place);
  auto answers = std::make_shared<channel<int>>(*context);
  std::optional<leaklab::scope> tasks(context->get_executor());

  tasks->spawn(wait_on(answers), "waiter");
  after("a task is spawned in a scope", *context);
  tasks->cancel();
  after("its scope is cancelled", *context);
  tasks.emplace(context->get_executor());
  tasks->spawn(wait_on(answers), "waiter");
  after("another is spawned", *context);
  answers->cancel();
  after("its channel is cancelled", *context);
  tasks->spawn(wait_on(answers), "waiter");
  after("a third is spawned", *context);
  std::weak_ptr const left = answers;
  answers.reset();
  after("everybody else lets go of the channel", *context);
  tasks.reset();
  after("its scope is destroyed", *context);
  fmt::print("  owners of the channel: {}\n", left.use_count());
  fmt::print("the context is destroyed\n");
  context.reset();
  fmt::print("  tasks: {}\n", leaklab::count_tasks().live);
}
