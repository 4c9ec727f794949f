#include <leaklab/awaitable_operators.hpp>
#include <leaklab/channel.hpp>
#include <leaklab/scope.hpp>
#include <leaklab/steady_timer.hpp>
#include <leaklab/task.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

#include <set>

namespace
{

namespace asio = boost::asio;
using namespace leaklab;
using namespace std::chrono_literals;

awaitable<void> sleep_for_an_hour(int& unwound)
{
  struct mark
  {
    int& count;
    ~mark() { ++count; }
  } const at_end{unwound};
  steady_timer timer(co_await asio::this_coro::executor, 1h);
  co_await timer.async_wait();
}

awaitable<void> hop(int times)
{
  for (int i = 0; i != times; ++i)
    co_await asio::post(asio::use_awaitable);
}

TEST(scope, joins_what_it_has_spawned)
{
  asio::io_context context;
  std::uint64_t live_after_join = 99;
  auto parent = [](std::uint64_t& live) -> awaitable<void>
  {
    scope children(co_await asio::this_coro::executor);
    for (int i = 0; i != 10; ++i)
      children.spawn(hop(i), "child");
    EXPECT_EQ(children.size(), 10u);
    co_await children.join();
    EXPECT_EQ(children.size(), 0u);
    live = count_tasks().live;
  };
  spawn(context, parent(live_after_join), "parent");
  context.run();
  EXPECT_EQ(live_after_join, 1u);
}

TEST(scope, join_of_an_empty_scope_completes)
{
  asio::io_context context;
  bool joined = false;
  auto parent = [](bool& done) -> awaitable<void>
  {
    scope children(co_await asio::this_coro::executor);
    co_await children.join();
    done = true;
  };
  spawn(context, parent(joined), "parent");
  context.run();
  EXPECT_TRUE(joined);
}

TEST(scope, cancels_tasks_wherever_they_wait_and_counts_them_as_finished)
{
  asio::io_context context;
  int unwound = 0;
  auto parent = [](int& count) -> awaitable<void>
  {
    auto const executor = co_await asio::this_coro::executor;
    channel<int> silent(executor);
    auto receive = [](channel<int>& from) -> awaitable<void> { co_await from.async_receive(); };
    auto send = [](channel<int>& to) -> awaitable<void> { co_await to.async_send({}, 1); };
    channel<int> full(executor);
    auto receive_in_time = [](channel<int>& from) -> awaitable<void>
    {
      steady_timer deadline(co_await asio::this_coro::executor, 1h);
      co_await (from.async_receive() || deadline.async_wait());
    };
    scope children(executor);
    children.spawn(sleep_for_an_hour(count), "sleeper");
    children.spawn(receive(silent), "receiver");
    children.spawn(send(full), "sender");
    children.spawn(receive_in_time(silent), "receiver with a deadline");
    co_await asio::post(asio::use_awaitable);
    co_await asio::post(asio::use_awaitable);
    children.cancel();
    co_await children.join();
  };
  spawn(context, parent(unwound), "parent");
  context.run();
  EXPECT_EQ(unwound, 1);
  EXPECT_EQ(count_tasks().finished, 5u);
  EXPECT_EQ(count_tasks().failed, 0u);
}

TEST(scope, that_is_cancelled_cancels_later_tasks_too)
{
  asio::io_context context;
  int unwound = 0;
  auto parent = [](int& count) -> awaitable<void>
  {
    scope children(co_await asio::this_coro::executor);
    children.cancel();
    children.spawn(sleep_for_an_hour(count), "late");
    co_await children.join();
  };
  spawn(context, parent(unwound), "parent");
  context.run();
  EXPECT_EQ(count_tasks().live, 0u);
  EXPECT_EQ(count_tasks().spawned, 2u);
}

TEST(scope, children_of_a_scope_are_tasks_of_their_own)
{
  asio::io_context context;
  task_id parent_id = 0;
  task_id child_id = 0;
  auto child = [](task_id& id) -> awaitable<void>
  {
    id = detail::current_task_id();
    co_return;
  };
  auto parent = [&](task_id& id) -> awaitable<void>
  {
    id = detail::current_task_id();
    scope children(co_await asio::this_coro::executor);
    children.spawn(child(child_id), "child");
    co_await children.join();
  };
  spawn(context, parent(parent_id), "parent");
  context.run();
  EXPECT_EQ(parent_id, 1u);
  EXPECT_EQ(child_id, 2u);
}

TEST(scope, may_go_before_its_tasks)
{
  int unwound = 0;
  {
    asio::io_context context;
    {
      scope children(context.get_executor());
      children.spawn(sleep_for_an_hour(unwound), "orphan");
      context.poll();
    }
    EXPECT_EQ(count_tasks().live, 1u);
  }
  EXPECT_EQ(unwound, 1);
  EXPECT_EQ(count_tasks().live, 0u);
}

// Contexts destroy what waits in an order of their own: here the parent first, there the child.
TEST(scope, may_be_cancelled_by_a_destructor_while_its_context_is_destroyed)
{
  struct owner
  {
    scope children;
    std::set<std::size_t>& left;
    ~owner()
    {
      left.insert(children.size());
      children.cancel();
    }
  };
  std::set<std::size_t> left;
  int unwound = 0;
  auto parent = [](std::set<std::size_t>& counts, int& ends, int hops) -> awaitable<void>
  {
    auto const executor = co_await asio::this_coro::executor;
    owner owned{scope(executor), counts};
    owned.children.spawn(sleep_for_an_hour(ends), "child");
    co_await hop(hops);
    steady_timer timer(executor, 1h);
    co_await timer.async_wait();
  };
  for (int const hops : {0, 3})
  {
    asio::io_context context;
    spawn(context, parent(left, unwound, hops), "parent");
    context.poll();
  }
  EXPECT_EQ(unwound, 2);
  EXPECT_EQ(left, (std::set<std::size_t>{0, 1}));
}

}  // namespace
