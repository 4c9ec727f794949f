// A task waits for a value that never comes. Which event ends it, and which does not?
#include <leaklab/channel.hpp>
#include <leaklab/scope.hpp>
#include <leaklab/steady_timer.hpp>

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include <memory>
#include <optional>

using leaklab::awaitable;
using leaklab::channel;
using leaklab::steady_timer;

struct world
{
  boost::asio::io_context context;
  std::optional<leaklab::scope> tasks{context.get_executor()};
  std::optional<steady_timer> timer{std::in_place, context, std::chrono::hours(1)};
  std::optional<channel<int>> plain{std::in_place, context};
  std::shared_ptr<channel<int>> shared = std::make_shared<channel<int>>(context);
};

static awaitable<void> wait_for_timer(steady_timer& timer)
{
  co_await timer.async_wait();
}

static awaitable<void> wait_for_value(channel<int>& answers)
{
  co_await answers.async_receive();
}

static awaitable<void> wait_as_owner(std::shared_ptr<channel<int>> answers)
{
  co_await answers->async_receive();
}

template <class Wait, class Event>
static void attempt(char const* title, Wait wait, Event event)
{
  auto all = std::make_unique<world>();
  all->tasks->spawn(wait(*all), "waiter");
  all->context.poll();
  event(all);
  if (all) all->context.run_for(std::chrono::milliseconds(20));
  fmt::print("{:45} {}\n", title, leaklab::count_tasks().live == 0 ? "ends" : "waits on");
}

int main()
{
  using owner = std::unique_ptr<world>;
  auto const timer = [](world& all) { return wait_for_timer(*all.timer); };
  auto const plain = [](world& all) { return wait_for_value(*all.plain); };
  auto const shared = [](world& all) { return wait_as_owner(all.shared); };
  attempt("its scope is cancelled", plain, [](owner& all) { all->tasks->cancel(); });
  attempt("its channel is cancelled", plain, [](owner& all) { all->plain->cancel(); });
  attempt("its channel is destroyed", plain, [](owner& all) { all->plain.reset(); });
  attempt("its timer is destroyed", timer, [](owner& all) { all->timer.reset(); });
  attempt("its context is destroyed", plain, [](owner& all) { all.reset(); });
  attempt("its scope is destroyed", plain, [](owner& all) { all->tasks.reset(); });
  attempt("all other owners let go of its shared channel", shared,
          [](owner& all) { all->shared.reset(); });
}
