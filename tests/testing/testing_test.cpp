#include <leaklab/channel.hpp>
#include <leaklab/spawn.hpp>
#include <leaklab/steady_timer.hpp>
#include <leaklab/testing.hpp>

#include <boost/asio/thread_pool.hpp>
#include <fmt/format.h>
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <thread>

namespace
{

namespace asio = boost::asio;
using leaklab::awaitable;
using leaklab::channel;
using leaklab::spawn;
using leaklab::testing::find_tasks_left;
using leaklab::testing::last_task;
using leaklab::testing::task_leak_guard;
using namespace std::chrono_literals;

awaitable<void> send_one(channel<int>& to)
{
  co_await to.async_send({}, 1);
}
constexpr auto send_line = __LINE__ - 2;

awaitable<void> await_send_one(channel<int>& to)
{
  co_await send_one(to);
}

awaitable<void> spawn_sender(channel<int>& to)
{
  spawn(co_await asio::this_coro::executor, send_one(to), "sender");
}

awaitable<void> sleep_for(std::chrono::milliseconds time)
{
  leaklab::steady_timer timer(co_await asio::this_coro::executor, time);
  co_await timer.async_wait();
}

awaitable<void> sleep_often(int times)
{
  while (times-- != 0)
    co_await sleep_for(1ms);
}

// Always ready: its context never runs dry.
awaitable<void> spin()
{
  for (;;)
    co_await asio::post(co_await asio::this_coro::executor, leaklab::tracked());
}

std::size_t occurrences(std::string const& text, std::string const& part)
{
  std::size_t count = 0;
  for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

// What a guard says that is asked for no patience.
struct guarded
{
  asio::io_context context;
  channel<int> nobody_receives{context};
  leaklab::task_id since = last_task();

  std::string report(std::vector<leaklab::testing::allowed_tasks> allowed = {})
  {
    return find_tasks_left(since,
                           {.context = &context, .allowed = std::move(allowed), .patience = 0ms});
  }
};

TEST(task_leak_guard, fails_a_test_that_leaves_a_task)
{
  EXPECT_NONFATAL_FAILURE(
      {
        asio::io_context context;
        channel<int> nobody_receives(context);
        task_leak_guard const guard(LEAKLAB_GOOGLETEST, {.context = &context, .patience = 0ms});
        spawn(context, send_one(nobody_receives), "sender");
      },
      "1 task left behind");
}

TEST(task_leak_guard, passes_a_test_whose_tasks_have_ended)
{
  asio::io_context context;
  channel<int> results(context);
  task_leak_guard const guard(LEAKLAB_GOOGLETEST, {.context = &context});
  results.async_receive([](boost::system::error_code, int) {});
  spawn(context, send_one(results), "sender");
}

TEST(task_leak_guard, tells_the_place_where_it_stands)
{
  std::string place;
  auto line = 0u;
  asio::io_context context;
  channel<int> nobody_receives(context);
  {
    auto note = [&](std::string const&, std::source_location const& guard)
    {
      place = guard.file_name();
      line = guard.line();
    };
    task_leak_guard const guard(note, {.context = &context, .patience = 0ms});
    spawn(context, send_one(nobody_receives), "sender");
  }
  EXPECT_EQ(place, __FILE__);
  EXPECT_EQ(line, __LINE__ - 4u);
}

TEST(tasks_left, are_named_with_where_they_wait_and_who_spawned_them)
{
  guarded here;
  spawn(here.context, send_one(here.nobody_receives), "sender");
  auto const spawn_line = __LINE__ - 1;
  auto const report = here.report();
  EXPECT_NE(report.find("1 task left behind after 0 ms:\n"), report.npos) << report;
  EXPECT_NE(report.find(": sender\n"), report.npos) << report;
  EXPECT_NE(report.find("[channel send]"), report.npos) << report;
  EXPECT_NE(report.find(fmt::format("send_one(channel<int>&)\n\t{}:{}\n", __FILE__, send_line)),
            report.npos)
      << report;
  EXPECT_NE(report.find(fmt::format("\n\t{}:{}\n", __FILE__, spawn_line)), report.npos) << report;
}

TEST(tasks_left, do_not_include_older_ones)
{
  guarded here;
  spawn(here.context, send_one(here.nobody_receives), "older");
  here.since = last_task();
  EXPECT_EQ(here.report(), "");
  spawn(here.context, send_one(here.nobody_receives), "newer");
  auto const report = here.report();
  EXPECT_EQ(occurrences(report, ": older\n"), 0u) << report;
  EXPECT_EQ(occurrences(report, ": newer\n"), 1u) << report;
}

TEST(tasks_left, are_not_those_that_end_before_patience_does)
{
  guarded here;
  spawn(here.context, sleep_for(100ms), "short of breath");
  EXPECT_EQ(occurrences(here.report(), ": short of breath\n"), 1u);
  EXPECT_EQ(find_tasks_left(here.since, {.context = &here.context, .patience = 1min}), "");
}

TEST(tasks_left, are_awaited_while_another_thread_runs_them)
{
  asio::thread_pool pool(1);
  auto const since = last_task();
  spawn(pool, sleep_for(20ms), "elsewhere");
  EXPECT_EQ(find_tasks_left(since, {.patience = 1min}), "");
}

// It looks eleven times in the first 200 ms, then ten times a second.
TEST(tasks_left, run_as_fast_as_they_can_while_they_are_awaited)
{
  guarded here;
  spawn(here.context, sleep_often(200), "sleeps often");
  EXPECT_EQ(find_tasks_left(here.since, {.context = &here.context, .patience = 10s}), "");
}

TEST(tasks_left, are_looked_at_in_a_context_that_never_runs_dry)
{
  guarded here;
  spawn(here.context, spin(), "spinner");
  EXPECT_EQ(occurrences(here.report(), ": spinner\n"), 1u);
  EXPECT_NE(find_tasks_left(here.since, {.context = &here.context, .patience = 1ms}), "");

  here.since = last_task();
  spawn(here.context, sleep_for(20ms), "beside it");
  EXPECT_EQ(find_tasks_left(here.since, {.context = &here.context, .patience = 1min}), "");
}

TEST(tasks_left, include_those_of_other_threads)
{
  guarded here;
  std::thread([&] { spawn(here.context, send_one(here.nobody_receives), "theirs"); }).join();
  EXPECT_EQ(occurrences(here.report(), ": theirs\n"), 1u);
}

TEST(tasks_left, may_be_allowed_by_name_by_coroutine_and_by_who_spawned_them)
{
  guarded here;
  auto const spawner = [&] { spawn(here.context, await_send_one(here.nobody_receives), "sender"); };
  spawner();
  EXPECT_NE(here.report(), "");
  EXPECT_EQ(here.report({{"sender", "ends with the context"}}), "");
  EXPECT_EQ(here.report({{"send_one(channel<int>&)", "ends with the context"}}), "");
  EXPECT_EQ(here.report({{"send_one", "ends with the context"}}), "");
  EXPECT_NE(here.report({{"send", "is not its whole name"}}), "");

  spawn(here.context, sleep_for(1h), "sleeper");
  auto const report = here.report({{"sender", "ends with the context"}});
  EXPECT_NE(report.find("1 task left behind"), report.npos) << report;
  EXPECT_NE(report.find(": sleeper\n"), report.npos) << report;
}

TEST(tasks_left, are_not_allowed_by_the_name_of_the_task_that_spawned_them)
{
  guarded here;
  spawn(here.context, spawn_sender(here.nobody_receives), "spawn_sender");
  auto const report = here.report({{"spawn_sender", "ends at once"}});
  EXPECT_EQ(occurrences(report, ": sender\n"), 1u) << report;
  EXPECT_EQ(here.report({{"spawn_sender(channel<int>&)", "as are all that it spawns"}}), "");
}

TEST(tasks_left, are_not_allowed_without_a_reason)
{
  EXPECT_THROW((void)find_tasks_left(0, {.allowed = {{"sender", ""}}}), std::invalid_argument);
  EXPECT_THROW(task_leak_guard(LEAKLAB_GOOGLETEST, {.allowed = {{"sender", ""}}}),
               std::invalid_argument);
}

TEST(tasks_left, are_all_counted_and_the_first_twenty_shown)
{
  guarded here;
  for (int i = 0; i != 25; ++i)
    spawn(here.context, send_one(here.nobody_receives), "sender");
  auto const report = here.report();
  EXPECT_NE(report.find("25 tasks left behind"), report.npos) << report;
  EXPECT_EQ(occurrences(report, ": sender\n"), 20u);
  EXPECT_NE(report.find(fmt::format("task {} [", here.since + 1)), report.npos) << report;
  EXPECT_NE(report.find("... and 5 more\n"), report.npos) << report;
}

TEST(tasks_left, that_are_proven_stuck_are_named)
{
  guarded here;
  std::vector<leaklab::task_id> stuck;
  auto const report = [&]
  {
    return find_tasks_left(
        here.since, {.context = &here.context, .patience = 0ms, .prove = [&] { return stuck; }});
  };
  EXPECT_EQ(report(), "");
  for (int i = 0; i != 2; ++i)
    spawn(here.context, send_one(here.nobody_receives), "sender");
  EXPECT_TRUE(
      report().ends_with("\nnone is proven stuck: what they wait for can still be reached\n"))
      << report();
  stuck = {here.since, here.since + 2};  // the first is older
  EXPECT_TRUE(report().ends_with(fmt::format("\nnothing can wake 1 of them: {}\n", here.since + 2)))
      << report();
}

TEST(tasks_left, are_reported_where_nobody_knows_which_are_stuck)
{
  guarded here;
  auto const fails = []() -> std::vector<leaklab::task_id>
  { throw std::runtime_error("no memory"); };
  spawn(here.context, send_one(here.nobody_receives), "sender");
  auto const report =
      find_tasks_left(here.since, {.context = &here.context, .patience = 0ms, .prove = fails});
  EXPECT_EQ(occurrences(report, ": sender\n"), 1u) << report;
  EXPECT_TRUE(report.ends_with("\nit is not known which of them are stuck: no memory\n")) << report;
}

}  // namespace
