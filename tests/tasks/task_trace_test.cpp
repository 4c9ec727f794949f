#include "task/task_trace.hpp"

#include "encode/trace_events.hpp"
#include "http/routes.hpp"
#include "model/task_timeline.hpp"

#include <leaklab/awaitable_operators.hpp>
#include <leaklab/channel.hpp>
#include <leaklab/spawn.hpp>
#include <leaklab/steady_timer.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace
{

namespace asio = boost::asio;
namespace json = boost::json;
using namespace leaklab;
using namespace std::chrono_literals;
using model::task_timeline;

awaitable<void> send_one(channel<int>& to)
{
  co_await to.async_send({}, 1);
}
constexpr auto send_line = __LINE__ - 2;

awaitable<void> receive(channel<int>& from, int count)
{
  for (int i = 0; i != count; ++i)
    co_await from.async_receive();
}

awaitable<void> spawn_senders(channel<int>& to, int count)
{
  auto const executor = co_await asio::this_coro::executor;
  for (int i = 0; i != count; ++i)
    spawn(executor, send_one(to), "sender");
}

awaitable<void> yield_often(int count)
{
  auto const executor = co_await asio::this_coro::executor;
  for (int i = 0; i != count; ++i)
    co_await asio::post(executor, tracked());
}

awaitable<void> fail()
{
  throw std::runtime_error("as planned");
  co_return;
}

std::string text_of(char const* operation)
{
  return operation ? operation : "running";
}

std::ptrdiff_t count_slices(task_timeline const& timeline, std::string_view name,
                            std::string const& operation)
{
  std::ptrdiff_t count = 0;
  for (auto const& life : timeline.lives)
    if (life.name == name)
      count += std::ranges::count_if(
          life.slices, [&](auto const& slice) { return text_of(slice.operation) == operation; });
  return count;
}

std::ptrdiff_t count_lives(task_timeline const& timeline, std::string_view name,
                           std::string_view outcome)
{
  return std::ranges::count_if(timeline.lives, [&](auto const& life)
                               { return life.name == name && life.outcome == outcome; });
}

// Slices of one task, by begin and the longer first, nest or do not overlap, and lie in the life.
void expect_nesting(task_timeline const& timeline)
{
  for (auto const& life : timeline.lives)
  {
    std::vector<std::int64_t> open{life.end};
    std::int64_t previous = life.begin;
    for (auto const& slice : life.slices)
    {
      ASSERT_GE(slice.begin, previous);
      ASSERT_LE(slice.begin, slice.end);
      while (open.size() > 1 && open.back() <= slice.begin && slice.end > open.back())
        open.pop_back();
      ASSERT_LE(slice.end, open.back()) << life.name << ' ' << text_of(slice.operation);
      open.push_back(slice.end);
      previous = slice.begin;
    }
  }
}

TEST(task_trace, counts_every_spawn_wait_run_and_end)
{
  asio::io_context context;
  channel<int> results(context);
  task_trace trace;
  spawn(context, spawn_senders(results, 20), "parent");
  spawn(context, receive(results, 15), "receiver");
  context.poll();
  auto const timeline = model::make_task_timeline(trace.stop());

  EXPECT_EQ(timeline.lives.size(), 22u);
  EXPECT_EQ(count_lives(timeline, "parent", "finished"), 1);
  EXPECT_EQ(count_lives(timeline, "receiver", "finished"), 1);
  EXPECT_EQ(count_lives(timeline, "sender", "finished"), 15);
  EXPECT_EQ(count_lives(timeline, "sender", ""), 5);
  EXPECT_EQ(count_slices(timeline, "sender", "channel send"), 20);
  EXPECT_EQ(count_slices(timeline, "receiver", "channel receive"), 15);
  // co_spawn takes up a task that was spawned outside its executor twice.
  EXPECT_EQ(count_slices(timeline, "parent", "running"), LEAKLAB_AWAIT_CHAIN ? 1 : 2);
  EXPECT_EQ(count_slices(timeline, "sender", "running"), 20 + 15);
  auto const parent =
      std::ranges::find(timeline.lives, std::string_view("parent"), &model::task_life::name);
  for (auto const& life : timeline.lives)
  {
    EXPECT_TRUE(life.spawned);
    if (std::string_view(life.name) == "sender")
    {
      EXPECT_EQ(life.parent, parent->id);
    }
    if (life.outcome.empty())
    {
      EXPECT_EQ(life.end, timeline.duration.count());
    }
  }
  for (auto const& life : timeline.lives)
    for (auto const& slice : life.slices)
      if (text_of(slice.operation) == "channel send")
      {
        EXPECT_EQ(slice.where.line, send_line);
      }
  expect_nesting(timeline);
}

TEST(task_trace, opens_what_lived_before_at_its_begin_and_closes_what_lives_on_at_its_end)
{
  asio::io_context context;
  channel<int> served(context);
  channel<int> forsaken(context);
  spawn(context, send_one(served), "served");
  spawn(context, send_one(forsaken), "forsaken");
  context.poll();
  task_trace trace;
  spawn(context, receive(served, 1), "receiver");
  context.restart();
  context.poll();
  auto const timeline = model::make_task_timeline(trace.stop());

  for (std::string_view const name : {"served", "forsaken"})
  {
    auto const life = std::ranges::find(timeline.lives, name, &model::task_life::name);
    ASSERT_NE(life, timeline.lives.end());
    EXPECT_FALSE(life->spawned);
    EXPECT_EQ(life->begin, 0);
    ASSERT_EQ(count_slices(timeline, name, "channel send"), 1) << name;
    auto const& wait = life->slices.front();
    EXPECT_EQ(wait.begin, 0);
    EXPECT_EQ(wait.where.line, send_line);
    if (name == "forsaken")
    {
      EXPECT_EQ(wait.end, timeline.duration.count());
    }
  }
  expect_nesting(timeline);
}

TEST(task_trace, tells_a_failed_task_from_a_finished_one)
{
  asio::io_context context;
  task_trace trace;
  spawn(context, fail(), "unlucky");
  context.run();
  EXPECT_EQ(count_lives(model::make_task_timeline(trace.stop()), "unlucky", "failed"), 1);
}

TEST(task_trace, nests_while_four_threads_spawn_and_groups_wait_for_several_things)
{
  constexpr int tasks = 200;
  constexpr int yields = 20;
  asio::thread_pool pool(4);
  task_trace trace;
  for (int i = 0; i != tasks; ++i)
    spawn(pool, yield_often(yields), "yielder");
  asio::io_context context;
  channel<int> never(context);
  auto const either = [&]() -> awaitable<void>
  {
    using namespace asio::experimental::awaitable_operators;
    steady_timer soon(context, 1ms);
    co_await (receive(never, 1) || soon.async_wait());
  };
  for (int i = 0; i != tasks; ++i)
    spawn(context, either(), "group");
  context.run();
  pool.join();
  auto const timeline = model::make_task_timeline(trace.stop());
  EXPECT_EQ(count_lives(timeline, "yielder", "finished"), tasks);
  EXPECT_EQ(count_lives(timeline, "group", "finished"), tasks);
  EXPECT_EQ(count_slices(timeline, "yielder", "post"), tasks * yields);
  EXPECT_EQ(count_slices(timeline, "group", "channel receive"), tasks);
  EXPECT_EQ(count_slices(timeline, "group", "timer"), tasks);
  expect_nesting(timeline);
}

TEST(task_trace, may_begin_and_end_while_tasks_go_on)
{
  asio::thread_pool pool(3);
  for (int i = 0; i != 50; ++i)
    spawn(pool, yield_often(2000), "yielder");
  for (int round = 0; round != 20; ++round)
  {
    task_trace trace(5000);
    asio::io_context context;
    spawn(context, yield_often(round), "own");
    context.run();
    auto const timeline = model::make_task_timeline(trace.stop());
    expect_nesting(timeline);
  }
  pool.join();
}

TEST(task_trace, ends_when_its_buffer_is_full_and_says_so)
{
  asio::io_context context;
  spawn(context, yield_often(100), "yielder");
  task_trace trace(50);
  context.run();
  spawn(context, yield_often(1), "too late");
  auto const recorded = trace.stop();
  EXPECT_TRUE(recorded.full);
  EXPECT_EQ(recorded.count, 50u);
  auto const timeline = model::make_task_timeline(recorded);
  EXPECT_EQ(timeline.lives.size(), 1u);
  expect_nesting(timeline);
  symbols::symboliser symbols;
  symbols::place_book places(symbols);
  auto const file =
      json::parse(encode::whole(encode::encode_trace_events(timeline, places))).as_object();
  EXPECT_TRUE(file.at("otherData").as_object().contains("loss"));
}

TEST(task_trace, shows_idle_tasks_up_to_a_limit_and_counts_the_others)
{
  asio::io_context context;
  channel<int> forsaken(context);
  for (int i = 0; i != 100; ++i)
    spawn(context, send_one(forsaken), "forsaken");
  context.poll();
  task_trace trace;
  auto const timeline = model::make_task_timeline(trace.stop(), 30);
  EXPECT_EQ(timeline.lives.size(), 30u);
  EXPECT_EQ(timeline.idle_hidden, 70u);
}

TEST(task_trace, costs_nothing_but_a_flag_before_and_after)
{
  EXPECT_FALSE(detail::tracing);
  {
    task_trace trace;
    EXPECT_TRUE(detail::tracing);
    EXPECT_THROW(task_trace(), trace_busy);
    EXPECT_TRUE(detail::tracing);
  }
  EXPECT_FALSE(detail::tracing);
  EXPECT_EQ(task_trace().stop().count, 0u);
}

TEST(trace_events, are_json_of_the_trace_event_format)
{
  asio::io_context context;
  channel<int> results(context);
  task_trace trace;
  spawn(context, spawn_senders(results, 3), "parent");
  spawn(context, receive(results, 3), task_name::intern("a \"quoted\"\\ name\n\xff"));
  context.run();
  symbols::symboliser symbols;
  symbols::place_book places(symbols);
  auto const file = json::parse(encode::whole(encode::encode_trace_events(
                                    model::make_task_timeline(trace.stop()), places)))
                        .as_object();
  EXPECT_EQ(file.at("displayTimeUnit"), "ms");
  EXPECT_FALSE(file.at("otherData").as_object().contains("loss"));

  std::multiset<std::string> kinds;
  std::multiset<std::int64_t> starts;
  std::multiset<std::int64_t> ends;
  for (auto const& value : file.at("traceEvents").as_array())
  {
    auto const& event = value.as_object();
    EXPECT_TRUE(event.contains("pid") && event.contains("tid"));
    std::string const phase(event.at("ph").as_string());
    if (phase == "M")
    {
      kinds.emplace(event.at("name").as_string());
      continue;
    }
    kinds.emplace(phase + ' ' + std::string(event.at("cat").as_string()));
    EXPECT_GE(event.at("ts").as_double(), 0);
    if (phase == "s") starts.insert(event.at("id").as_int64());
    if (phase == "f") ends.insert(event.at("id").as_int64());
    if (phase == "X" && event.at("cat") == "wait" && event.at("name") == "channel send")
    {
      auto const& args = event.at("args").as_object();
      EXPECT_TRUE(
          args.at("at").as_string().ends_with(fmt::format("task_trace_test.cpp:{}", send_line)));
      EXPECT_EQ(args.at("function"), "send_one(channel<int>&)");
    }
  }
  EXPECT_EQ(kinds.count("process_name"), 1u);
  EXPECT_EQ(kinds.count("thread_name"), 5u);
  EXPECT_EQ(kinds.count("X task"), 5u);
  EXPECT_EQ(kinds.count("X wait"), 6u);
  EXPECT_EQ(starts.size(), 3u);
  EXPECT_EQ(starts, ends);
}

TEST(trace_events, keep_tids_to_31_bits)
{
  task_timeline timeline;
  timeline.lives.resize(2);
  timeline.lives[0].id = 7;
  timeline.lives[1].id = (task_id{1} << 33) + 2;
  symbols::symboliser symbols;
  symbols::place_book places(symbols);
  auto const text = encode::whole(encode::encode_trace_events(timeline, places));
  EXPECT_NE(text.find("\"tid\":2,"), text.npos);
  EXPECT_EQ(text.find("\"tid\":8589934594"), text.npos);
  EXPECT_NE(text.find("\"task\":8589934594"), text.npos);
}

TEST(trace_route, takes_seconds_as_go_does_and_serves_one_at_a_time)
{
  leaklab::model::leak_watch const watch;
  http::routes answer{watch};
  auto const get = [&](std::string query, http::verb method = http::verb::get) {
    return answer({method, "/debug/pprof/trace", std::move(query), ""});
  };

  for (auto const* const query :
       {"", "seconds=", "seconds=0", "seconds=-3", "seconds=abc", "seconds=nan"})
    EXPECT_EQ(get(query).delay, 1s) << query;
  EXPECT_EQ(get("seconds=0.25").delay, 250ms);
  EXPECT_EQ(get("seconds=300").delay, 300s);
  for (auto const* const query : {"seconds=301", "seconds=1e9", "seconds=inf"})
    EXPECT_EQ(get(query).status, 400) << query;
  EXPECT_EQ(get("", http::verb::head).delay, 0s);
  EXPECT_EQ(get("", http::verb::post).status, 405);
  EXPECT_FALSE(detail::tracing) << "an answer that was not waited for still records";

  auto const first = get("seconds=2");
  auto const second = get("seconds=2");
  EXPECT_EQ(second.status, 500);
  EXPECT_EQ(second.body, "Could not enable tracing: tracing already in use\n");
  auto const file = first.finish();
  EXPECT_EQ(file.status, 200);
  EXPECT_EQ(file.content_type, "application/json");
  EXPECT_TRUE(json::parse(encode::whole(file.more)).as_object().contains("traceEvents"));
}

}  // namespace
