// The watch over real tasks, gauges and descriptors, with a clock of the test's own.
#include "model/leak_watch.hpp"

#include "encode/leaks.hpp"
#include "model/stuck_gauge.hpp"

#include <leaklab/channel.hpp>
#include <leaklab/gauge.hpp>
#include <leaklab/heap.hpp>
#include <leaklab/mark.hpp>
#include <leaklab/spawn.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <new>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace
{

namespace asio = boost::asio;
using namespace leaklab;
using model::figure_kind;

awaitable<void> produce(channel<int>& results)
{
  co_await results.async_send({}, 1);
}
constexpr auto send_line = __LINE__ - 2;

awaitable<void> receive(channel<int>& jobs)
{
  co_await jobs.async_receive();
}

class leak_watch : public testing::Test
{
 protected:
  // Ten samples a second, as the thread takes them.
  void watch(double seconds, std::function<void(int)> const& step)
  {
    for (int i = 0; i != static_cast<int>(seconds * 10); ++i)
    {
      step(i);
      context_.poll();
      context_.restart();
      watch_.sample(now_ += 0.1);
    }
  }

  void all_say_the_same()
  {
    auto const report = watch_.report();
    auto worst = verdict::unknown;
    for (auto const& [figure, found] : report.figures)
    {
      worst = std::min(worst, found.verdict);
      EXPECT_EQ(watch_.judge(figure).verdict, found.verdict) << figure << " at " << now_;
      auto of_it = verdict::unknown;
      for (auto const& each : report.findings)
        if (each.kind == figure_kind::gauge ? each.what == figure : to_string(each.kind) == figure)
          of_it = std::min(of_it, each.found.verdict);
      EXPECT_EQ(is_finding(found.verdict) ? found.verdict : verdict::unknown, of_it)
          << figure << " at " << now_;
    }
    EXPECT_EQ(report.verdict, worst) << now_;
  }

  asio::io_context context_;
  channel<int> results_{context_};
  channel<int> jobs_{context_};
  model::leak_watch watch_{std::chrono::milliseconds(1500)};  // as in the lab
  double now_ = 1000;
};

TEST_F(leak_watch, names_the_line_where_leaking_tasks_wait)
{
  watch(5, [&](int) { spawn(context_, produce(results_), "producer"); });
  auto const report = watch_.report();
  ASSERT_EQ(report.verdict, verdict::leaking);
  ASSERT_EQ(report.findings.size(), 1u);
  auto const& leak = report.findings.front();
  EXPECT_EQ(leak.kind, figure_kind::tasks);
  EXPECT_EQ(leak.what, "channel send");
  EXPECT_EQ(leak.waits_at.line, send_line);
  EXPECT_NEAR(leak.found.slope, 10, 0.5);
  EXPECT_LE(leak.found.slowest, leak.found.slope);
  EXPECT_GE(leak.found.fastest, leak.found.slope);
  EXPECT_EQ(leak.value, 50);
  EXPECT_EQ(leak.example, 1u);
  EXPECT_EQ(watch_.judge("tasks").verdict, verdict::leaking);
}

TEST_F(leak_watch, tells_two_leaks_at_once_apart)
{
  watch(5,
        [&](int)
        {
          spawn(context_, produce(results_), "producer");
          for (int n = 0; n != 2; ++n)
            spawn(context_, receive(jobs_), "worker");
        });
  auto const report = watch_.report();
  ASSERT_EQ(report.findings.size(), 2u);
  EXPECT_EQ(report.findings[0].what, "channel receive");
  EXPECT_NEAR(report.findings[0].found.slope, 20, 1);
  EXPECT_EQ(report.findings[1].what, "channel send");
  EXPECT_NEAR(report.findings[1].found.slope, 10, 0.5);
}

TEST_F(leak_watch, finds_a_fixed_program_steady)
{
  watch(5,
        [&](int)
        {
          spawn(context_, produce(results_), "producer");
          spawn(context_, receive(results_), "consumer");
        });
  EXPECT_EQ(watch_.report().verdict, verdict::steady);
  EXPECT_EQ(watch_.judge("tasks").verdict, verdict::steady);
}

TEST_F(leak_watch, names_the_gauge_of_the_program_that_grows)
{
  double entries = 0;
  gauge const growing("cache entries", [&] { return entries; });
  gauge const constant("pool slots", [] { return 8.0; });
  watch(5, [&](int) { entries += 3; });
  auto const report = watch_.report();
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].kind, figure_kind::gauge);
  EXPECT_EQ(report.findings[0].what, "cache entries");
  EXPECT_EQ(watch_.judge("cache entries").verdict, verdict::leaking);
  EXPECT_EQ(watch_.judge("pool slots").verdict, verdict::steady);
}

TEST_F(leak_watch, names_the_kind_of_descriptor_that_grows)
{
  std::vector<int> ends;
  watch(5,
        [&](int)
        {
          int both[2];
          ASSERT_EQ(pipe(both), 0);
          ends.insert(ends.end(), both, both + 2);
        });
  symbols::symboliser symbols;
  auto const report = watch_.report(symbols);
  for (auto const end : ends)
    close(end);
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].kind, figure_kind::fds);
  EXPECT_EQ(report.findings[0].what, "pipe");
  EXPECT_NEAR(report.findings[0].found.slope, 20, 1);
  EXPECT_NE(report.findings[0].example_descriptor.find(" -> pipe:["), std::string::npos)
      << report.findings[0].example_descriptor;
}

#if LEAKLAB_TCMALLOC

struct kept_pages
{
  void grow() { pages.push_back(std::make_unique<char[]>(100'000)); }
  static constexpr auto line = __LINE__ - 1;

  std::vector<std::unique_ptr<char[]>> pages;
};

TEST_F(leak_watch, names_the_line_that_allocates_what_is_kept)
{
  ASSERT_EQ(set_heap_sampling_period(64 * 1024), sampling_switch::done);
  std::vector<std::unique_ptr<char[]>> held;
  for (int i = 0; i != 500; ++i)
    held.push_back(std::make_unique<char[]>(100'000));  // more than will leak, but before
  kept_pages kept;
  watch(5, [&](int) { kept.grow(); });
  symbols::symboliser symbols;
  auto const report = watch_.report(symbols);
  set_heap_sampling_period(0);
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].kind, figure_kind::heap);
  ASSERT_EQ(report.findings[0].places.size(), 1u);
  EXPECT_EQ(report.findings[0].places[0].line.file, __FILE__);
  EXPECT_EQ(report.findings[0].places[0].line.line, kept_pages::line);
}

#endif

TEST_F(leak_watch, forgives_a_burst_that_drains)
{
  watch(8,
        [&](int i)
        {
          if (i == 20)
            for (int n = 0; n != 1000; ++n)
              spawn(context_, produce(results_), "producer");
          if (i == 40)
            for (int n = 0; n != 1000; ++n)
              spawn(context_, receive(results_), "consumer");
        });
  EXPECT_EQ(watch_.report().verdict, verdict::steady);
}

TEST_F(leak_watch, remembers_a_rise_that_holds_until_it_has_come_back)
{
  double value = 0;
  gauge const warming("warming", [&] { return value; });
  watch(10, [&](int) { ++value; });
  EXPECT_EQ(watch_.report().verdict, verdict::leaking);
  watch(30, [](int) {});
  auto const report = watch_.report();
  ASSERT_EQ(report.verdict, verdict::held);
  EXPECT_NEAR(report.findings[0].found.rise, 100, 3);
  EXPECT_NEAR(report.findings[0].found.since, 40, 1);
  EXPECT_NEAR(report.findings[0].found.until, 30.5, 0.3);
  value = 40;
  watch(3, [](int) {});
  EXPECT_EQ(watch_.report().verdict, verdict::steady);
}

TEST_F(leak_watch, sees_in_minutes_what_seconds_cannot_show)
{
  double value = 0;
  gauge const slow("slow", [&] { return value; });
  watch(400, [&](int i)
        { value += i % 20 == 0; });  // half a unit a second, under a closest window of 25 s
  auto const report = watch_.report();
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_NEAR(report.findings[0].found.slope, 0.5, 0.05);
}

TEST_F(leak_watch, lets_a_gauge_fill_up_to_its_bound)
{
  double entries = 0;
  double limit = 100;
  gauge const cache("cache", [&] { return entries; }, {.bound = [&] { return limit; }});
  watch(5, [&](int) { ++entries; });
  auto report = watch_.report();
  ASSERT_EQ(report.verdict, verdict::bounded);
  EXPECT_EQ(watch_.judge("cache").verdict, verdict::bounded);
  EXPECT_NEAR(report.findings[0].found.full_in, 5, 0.5);
  EXPECT_NE(encode::leaks_as_text(report).find("full at 100 in 5."), std::string::npos);

  watch(5, [&](int) { ++entries; });
  watch(3, [](int) {});
  EXPECT_EQ(watch_.report().verdict, verdict::steady) << "full, and no more";

  limit = 50;
  watch(3, [](int) {});
  report = watch_.report();
  ASSERT_EQ(report.verdict, verdict::held);
  EXPECT_EQ(report.findings[0].found.reason, "above its bound of 50");
}

TEST_F(leak_watch, says_that_a_gauge_is_above_its_bound_though_it_was_never_seen_to_rise)
{
  gauge const cache("cache", [] { return 60.0; }, {.bound = 50});
  watch(5, [](int) {});
  auto const report = watch_.report();
  ASSERT_EQ(report.verdict, verdict::held);
  auto const text = encode::leaks_as_text(report);
  EXPECT_TRUE(text.starts_with(
      "held\n\ncache: 60: held, without a rise that was seen\n  above its bound of 50\n"))
      << text;
}

TEST_F(leak_watch, names_the_last_mark_before_it_began)
{
  std::chrono::duration<double> const clock = std::chrono::steady_clock::now().time_since_epoch();
  mark("deploy 41");
  mark("deploy 42");
  now_ = clock.count() + 1;
  double value = 0;
  gauge const growing("growing", [&] { return value; });
  watch(5, [&](int) { value += 3; });
  auto const report = watch_.report();
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].mark, "deploy 42");
  EXPECT_NEAR(report.findings[0].mark_before, 1, 0.5);
  EXPECT_NE(encode::leaks_as_text(report).find("after the mark \"deploy 42\""), std::string::npos);
}

// Tasks that start and end by chance while some are stuck, a gauge that pauses, another that comes
// and goes: at every moment all who ask are told the same.
TEST_F(leak_watch, says_the_same_to_all_who_ask)
{
  double value = 0;
  gauge const pausing("pausing", [&] { return value; });
  watch(12,
        [&](int i)
        {
          if (i / 20 % 3 != 1) value += 5;
          if (i < 40) spawn(context_, produce(results_), "producer");
          all_say_the_same();
        });
  EXPECT_EQ(watch_.judge("pausing").verdict, verdict::leaking);
  EXPECT_EQ(watch_.judge("tasks").verdict, verdict::held);
}

TEST_F(leak_watch, says_the_same_when_a_leak_is_a_small_part_of_what_rises)
{
  std::vector<int> leaked;
  std::vector<int> used;
  std::mt19937 load(11);  // NOLINT(*-msc51-cpp): the same each time, one that takes both ways
  auto const open_pipes = [&](std::size_t ends)
  {
    for (; used.size() > ends; used.pop_back())
      close(used.back());
    while (used.size() < ends)
    {
      int both[2];
      ASSERT_EQ(pipe(both), 0);
      used.insert(used.end(), both, both + 2);
    }
  };
  open_pipes(200);
  watch(12,
        [&](int)
        {
          leaked.push_back(open("/dev/null", O_RDONLY | O_CLOEXEC));
          if (load() % 14 == 0) open_pipes(2 * (load() % 160));
          all_say_the_same();
        });
  EXPECT_EQ(watch_.judge("fds").verdict, verdict::leaking);
  open_pipes(0);
  for (auto const descriptor : leaked)
    close(descriptor);
}

#if LEAKLAB_TCMALLOC

struct two_maps
{
  void grow_first() { first.push_back(std::make_unique<char[]>(200'000)); }
  void grow_second() { second.push_back(std::make_unique<char[]>(100'000)); }
  static constexpr auto line = __LINE__ - 2;  // of the first

  std::vector<std::unique_ptr<char[]>> first;
  std::vector<std::unique_ptr<char[]>> second;
};

TEST_F(leak_watch, names_two_lines_that_allocate_by_their_shares)
{
  ASSERT_EQ(set_heap_sampling_period(64 * 1024), sampling_switch::done);
  two_maps kept;
  watch(8,
        [&](int)
        {
          kept.grow_first();
          kept.grow_second();
        });
  symbols::symboliser symbols;
  auto const report = watch_.report(symbols);
  set_heap_sampling_period(0);
  ASSERT_EQ(report.findings.size(), 1u);
  auto const& places = report.findings[0].places;
  ASSERT_EQ(places.size(), 2u);
  EXPECT_EQ(places[0].line.line, two_maps::line);
  EXPECT_EQ(places[1].line.line, two_maps::line + 1);
  EXPECT_NEAR(places[0].share, 0.67, 0.1);
}

#endif

TEST_F(leak_watch, answers_while_a_sample_is_being_taken)
{
  watch(5, [&](int) { spawn(context_, produce(results_), "producer"); });
  test::stuck_gauge stuck;
  stuck.stick();
  std::jthread sampling([&] { watch_.sample(now_ += 0.1); });
  test::release_at_end const end{stuck};
  stuck.await_reader();
  EXPECT_EQ(watch_.judge("tasks").verdict, verdict::leaking);
  EXPECT_EQ(watch_.report().findings.size(), 1u);
  EXPECT_EQ(watch_.last()->states.waiting, 50u);
  EXPECT_EQ(watch_.last()->gauges.size(), 0u) << "it is part of the sample when all of that is";
  stuck.release();
  sampling.join();
  EXPECT_EQ(watch_.last()->gauges.size(), 1u);
}

TEST_F(leak_watch, goes_on_when_there_was_no_memory_for_a_sample)
{
  std::atomic<int> reads = 0;
  gauge const large("large",
                    [&]
                    {
                      if (++reads == 2) throw std::bad_alloc();
                      return 1.0;
                    });
  watch_.start();
  while (reads < 4)
    std::this_thread::yield();
  watch_.stop();
  EXPECT_EQ(watch_.last()->gauges.size(), 1u);
}

TEST_F(leak_watch, says_how_much_longer_it_needs)
{
  watch(1, [](int) {});
  auto const report = watch_.report();
  EXPECT_EQ(report.verdict, verdict::unknown);
  EXPECT_NEAR(report.seconds_needed, 0.6, 0.01);
  EXPECT_TRUE(encode::leaks_as_text(report).starts_with("not known yet: ask again in 0.6 s\n"));
}

TEST_F(leak_watch, looks_back_on_each_figure_and_on_what_happened)
{
  std::vector<std::unique_ptr<channel<int>>> jobs;
  gauge const doubled("doubled", [&] { return 2.0 * static_cast<double>(jobs.size()); });
  watch(12,
        [&](int)
        {
          jobs.push_back(std::make_unique<channel<int>>(context_));
          spawn(context_, receive(*jobs.back()), "worker");
        });
  symbols::symboliser symbols;
  auto const seen = watch_.look_back(symbols, 10, {});
  EXPECT_DOUBLE_EQ(seen.seconds, 10);
  ASSERT_EQ(seen.waits.size(), 1);
  EXPECT_EQ(seen.waits[0].tasks, 120);
  EXPECT_EQ(seen.waits[0].operation, "channel receive");
  for (auto const& [kind, last] :
       {std::pair(figure_kind::tasks, 120.0), {figure_kind::gauge, 240.0}})
  {
    auto const found = std::ranges::find(seen.courses, kind, &model::figure_course::kind);
    ASSERT_NE(found, seen.courses.end());
    EXPECT_EQ(found->value, last);
    EXPECT_EQ(found->found.verdict,
              watch_.judge(kind == figure_kind::gauge ? "doubled" : "tasks").verdict);
    ASSERT_GE(found->points.size(), 100);
    EXPECT_NEAR(found->points.front().seconds, -10, 0.2);
    EXPECT_NEAR(found->points.front().value, last / 6, last / 50);
    EXPECT_LE(found->points.back().seconds, 0);
  }
  ASSERT_GE(seen.resident.size(), 100);
  EXPECT_GT(seen.resident.back().value, 1 << 20);
  EXPECT_EQ(watch_.look_back(symbols, std::numeric_limits<double>::infinity(), {}).seconds,
            watch_.report().watched_seconds);
  context_.stop();
}

TEST_F(leak_watch, answers_people_and_programs_alike)
{
  watch(5, [&](int) { spawn(context_, produce(results_), "producer"); });
  auto const report = watch_.report();
  auto const text = encode::leaks_as_text(report);
  EXPECT_TRUE(text.starts_with("leaking\n\ntasks: 50 in \"channel send\": leaking, +10.")) << text;
  EXPECT_NE(text.find("waits in produce(channel<int>&)\n\t" __FILE__ ":"), text.npos) << text;
  auto const json = boost::json::parse(encode::leaks_as_json(report));
  EXPECT_EQ(json.at("verdict"), "leaking");
  EXPECT_EQ(json.at("findings").at(0).at("waits_at").at("line"), send_line);
}

}  // namespace
