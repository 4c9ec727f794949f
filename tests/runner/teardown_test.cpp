// A scenario that is stopped after n steps, for every n: whatever it was doing, nothing of it is
// left.
#include <leaklab/channel.hpp>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>
#include <runner/lab.hpp>

namespace
{

namespace asio = boost::asio;
using namespace leaklab;

awaitable<void> produce(channel<int>& results)
{
  co_await results.async_send({}, 1);
}

awaitable<void> consume(channel<int>& results, lab& lab)
{
  for (;;)
  {
    co_await results.async_receive();
    lab.completed();
  }
}

awaitable<void> scenario(lab& lab)
{
  channel<int> results(lab.get_executor());
  lab.spawn(consume(results, lab), "consumer");
  for (auto clock = lab.ticks(); co_await clock.next();)
    lab.spawn(produce(results), "producer");
}

constexpr double as_fast_as_possible = 1e6;

TEST(teardown, destroying_the_context_after_any_step_leaves_no_task)
{
  for (int steps = 0; steps != 200; ++steps)
  {
    {
      asio::io_context context{1};
      lab lab(context.get_executor(), as_fast_as_possible);
      spawn(context, lab.run(scenario), "scenario");
      for (int i = 0; i != steps; ++i)
        context.run_one();
      EXPECT_GE(count_tasks().live, 1u);
    }
    ASSERT_EQ(count_tasks().live, 0u) << "after " << steps << " steps";
  }
}

TEST(teardown, stopping_after_any_step_joins_every_task)
{
  for (int steps = 0; steps != 200; ++steps)
  {
    asio::io_context context{1};
    lab lab(context.get_executor(), as_fast_as_possible);
    spawn(context, lab.run(scenario), "scenario");
    for (int i = 0; i != steps; ++i)
      context.run_one();
    lab.stop();
    context.run();
    ASSERT_EQ(count_tasks().live, 0u) << "after " << steps << " steps";
    ASSERT_EQ(count_tasks().failed, 0u);
  }
}

TEST(teardown, holding_keeps_the_tasks_and_ends_the_load)
{
  asio::io_context context{1};
  lab lab(context.get_executor(), as_fast_as_possible);
  auto leak = [](leaklab::lab& l) -> awaitable<void>
  {
    channel<int> nobody_receives(l.get_executor());
    for (auto clock = l.ticks(); co_await clock.next();)
      l.spawn(produce(nobody_receives), "producer");
  };
  spawn(context, lab.run(leak), "scenario");
  while (lab.work().offered < 100)
    context.run_one();
  lab.hold();
  context.poll();
  auto const offered = lab.work().offered;
  EXPECT_EQ(count_tasks().live, offered + 1);
  context.poll();
  EXPECT_EQ(lab.work().offered, offered);
  lab.stop();
  context.run();
  EXPECT_EQ(count_tasks().live, 0u);
}

}  // namespace
