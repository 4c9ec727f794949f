// The coroutines that co_spawn starts, by what it is given.
#include "interop/world.hpp"
#include "symbols/place_book.hpp"

#include <gtest/gtest.h>

#include <exception>
#include <stdexcept>

namespace
{

awaitable<int> number_later(world& w)
{
  co_await w.marks.async_receive(use_awaitable);
  co_return 1;
}

awaitable<void, typed_executor> wait_long_typed(typed_timer& timer)
{
  co_await timer.async_wait(asio::use_awaitable_t<typed_executor>());
}

class co_spawn : public testing::Test
{
 protected:
  leaklab::task_info only_task()
  {
    leaklab::task_info found;
    for (int i = 0; i != 100 && !*found.operation; ++i)
    {
      w.context.poll_one();
      leaklab::for_each_task([&](leaklab::task_info const& task) { found = task; });
    }
    return found;
  }

  void expect_to_wait_long(unsigned spawned_at)
  {
    auto const task = only_task();
    EXPECT_STREQ(task.operation, "channel receive");
    EXPECT_EQ(task.waits_at.line, LEAKLAB_AWAIT_CHAIN ? line_of_wait_long : 0);
    EXPECT_EQ(task.spawned_at.line, spawned_at);
    EXPECT_EQ(leaklab::count_tasks().live, 1u);
  }

  void expect_to_end(std::uint64_t finished, std::uint64_t failed = 0)
  {
    w.marks.try_send(error_code());
    w.context.run();
    EXPECT_EQ(leaklab::count_tasks().finished, finished);
    EXPECT_EQ(leaklab::count_tasks().failed, failed);
    EXPECT_EQ(leaklab::count_tasks().live, 0u);
  }

  world w;
};

TEST_F(co_spawn, an_awaitable_detached)
{
  asio::co_spawn(w.context, wait_long(w), asio::detached);
  expect_to_wait_long(__LINE__ - 1);
  expect_to_end(1);
}

TEST_F(co_spawn, a_function_with_a_handler)
{
  int handled = 0;
  asio::co_spawn(
      w.context.get_executor(), [this] { return wait_long(w); },
      [&](std::exception_ptr failure) { handled += failure == nullptr; });
  expect_to_wait_long(__LINE__ - 3);
  expect_to_end(1);
  EXPECT_EQ(handled, 1);
}

TEST_F(co_spawn, a_result_for_use_future)
{
  auto result = asio::co_spawn(w.context, number_later(w), asio::use_future);
  EXPECT_STREQ(only_task().operation, "channel receive");
  expect_to_end(1);
  EXPECT_EQ(result.get(), 1);
}

TEST_F(co_spawn, on_any_io_executor)
{
  asio::co_spawn(asio::any_io_executor(w.context.get_executor()), wait_long(w), asio::detached);
  expect_to_wait_long(__LINE__ - 1);
  expect_to_end(1);
}

TEST_F(co_spawn, on_a_strand)
{
  asio::co_spawn(asio::make_strand(w.context), wait_long(w), asio::detached);
  expect_to_wait_long(__LINE__ - 1);
  expect_to_end(1);
}

awaitable<void> spawn_on_strands(world& w)
{
  auto const executor = co_await asio::this_coro::executor;
  asio::strand<asio::any_io_executor> strand(executor);
  asio::co_spawn(strand, wait_long(w), asio::detached);
  asio::co_spawn(asio::make_strand(executor), wait_long(w), asio::detached);
  co_await w.timer.async_wait(use_awaitable);
}

TEST_F(co_spawn, a_child_on_a_strand_works_for_itself)
{
  asio::co_spawn(w.context, spawn_on_strands(w), asio::detached);
  w.context.poll();
  w.marks.try_send(error_code());
  w.marks.try_send(error_code());
  w.context.poll();
  EXPECT_EQ(leaklab::count_tasks().finished, 2u);
  auto const parent = only_task();
  EXPECT_EQ(parent.state, leaklab::task_state::waiting);
  EXPECT_STREQ(parent.operation, "timer");
  EXPECT_EQ(leaklab::count_tasks().live, 1u);
}

awaitable<void> spawn_on_own_executor(world& w, leaklab::task_state& seen)
{
  asio::co_spawn(
      co_await asio::this_coro::executor,
      [&w, &seen]() -> awaitable<void>
      {
        co_await w.marks.async_receive(use_awaitable);
        leaklab::for_each_task(
            [&](leaklab::task_info const& task)
            {
              if (task.parent == 0) seen = task.state;
            });
      },
      asio::detached);
  co_await w.timer.async_wait(use_awaitable);
}

TEST_F(co_spawn, a_child_of_a_task_on_a_strand_works_for_itself)
{
  auto seen = leaklab::task_state::ready;
  asio::co_spawn(asio::make_strand(w.context), spawn_on_own_executor(w, seen), asio::detached);
  w.context.poll();
  w.marks.try_send(error_code());
  w.context.poll();
  EXPECT_EQ(seen, leaklab::task_state::waiting);  // not running, while the child runs
  EXPECT_EQ(leaklab::count_tasks().finished, 1u);
}

TEST_F(co_spawn, is_cancelled_through_its_slot)
{
  asio::co_spawn(w.context, wait_long(w),
                 asio::bind_cancellation_slot(w.cancellation.slot(), asio::detached));
  expect_to_wait_long(__LINE__ - 2);
  w.cancellation.emit(asio::cancellation_type::terminal);
  w.context.run();
  EXPECT_EQ(leaklab::count_tasks().finished, 1u);
}

TEST_F(co_spawn, tells_the_handler_of_an_exception_and_counts_it)
{
  testing::internal::CaptureStderr();
  std::exception_ptr told;
  asio::co_spawn(
      w.context,
      []() -> awaitable<void>
      {
        throw std::runtime_error("planted");
        co_return;
      },
      [&](std::exception_ptr failure) { told = failure; });
  w.context.run();
  EXPECT_TRUE(told);
  EXPECT_EQ(leaklab::count_tasks().failed, 1u);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST_F(co_spawn, begins_at_once_on_the_executor_that_runs)
{
  bool began = false;
  asio::post(w.context,
             [&]
             {
               asio::co_spawn(
                   w.context,
                   [&]() -> awaitable<void>
                   {
                     began = true;
                     co_return;
                   },
                   asio::detached);
               EXPECT_TRUE(began);
             });
  w.context.run();
  EXPECT_EQ(leaklab::count_tasks().finished, 1u);
}

TEST_F(co_spawn, on_a_thread_pool_runs_branches_of_one_task_at_once)
{
  asio::thread_pool pool(4);
  constexpr int rounds = 2000;
  auto const spin = [](int) -> awaitable<void>
  {
    auto const executor = co_await asio::this_coro::executor;
    for (int i = 0; i != rounds; ++i)
      co_await (asio::post(executor, use_awaitable) && asio::post(executor, use_awaitable));
  };
  for (int i = 0; i != 8; ++i)
    asio::co_spawn(pool, spin(i), asio::detached);
  while (leaklab::count_tasks().live != 0)
    leaklab::for_each_task([](leaklab::task_info const& task)
                           { EXPECT_LE(task.branches.size(), 2u); });
  pool.join();
  EXPECT_EQ(leaklab::count_tasks().finished, 8u);
}

// A coroutine of an awaitable with another executor does not note its co_awaits: only a token that is
// made in the call knows the line.

TEST_F(co_spawn, an_awaitable_of_another_executor)
{
  // Its line must not be that of an earlier task in the same place of the table.
  asio::co_spawn(w.context, wait_long(w), asio::detached);
  w.context.poll();
  w.marks.try_send(error_code());
  w.context.poll();
  EXPECT_EQ(leaklab::count_tasks().finished, 1u);
  w.context.restart();  // it had run out of work
  typed_timer timer(w.context, 1h);
  asio::co_spawn(w.context.get_executor(), wait_long_typed(timer), asio::detached);
  auto const task = only_task();
  EXPECT_STREQ(task.operation, "timer");
  EXPECT_EQ(task.waits_at.line, 0u);
  leaklab::symbols::symboliser symbols;
  leaklab::symbols::place_book places(symbols);
  auto const chain = places.chain(task);
  ASSERT_EQ(chain.size(), LEAKLAB_AWAIT_CHAIN ? 1u : 0u);
  for (auto const* const place : chain)
    EXPECT_TRUE(place->lines.front().function.starts_with("wait_long_typed("));
  timer.cancel();
  w.context.run();
  EXPECT_EQ(leaklab::count_tasks().finished, 2u);
}

TEST_F(co_spawn, waits_of_another_executor_that_are_destroyed_show_no_more)
{
  {
    asio::io_context context;
    typed_timer inner(context, 1h);
    asio::co_spawn(context.get_executor(), wait_long_typed(inner), asio::detached);
    context.poll();
    EXPECT_EQ(leaklab::count_tasks().live, 1u);
  }
  EXPECT_EQ(leaklab::count_tasks().live, 0u);
}

}  // namespace
