// The judge on histories with a stated answer: what is healthy is never accused, whenever it is
// asked; what leaks is found in time. A service's patience, 10 minutes, unless it says otherwise.
#include "model/trend.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>
#include <ostream>
#include <random>
#include <string>
#include <vector>

namespace
{

using namespace leaklab;
using seconds_to_value = std::function<double(double)>;
using enum verdict;

constexpr double minute = 60;
constexpr double hour = 60 * minute;
constexpr double day = 24 * hour;
constexpr double mib = 1 << 20;

struct circumstances
{
  double named_after = 0;  // for a leak: growing or leaking by then
  double step = 0.1;       // between two points
  double noise = 5;
  double lives = 0;  // how long what is counted lives; 0 where ages are not known
  double bound = std::numeric_limits<double>::infinity();
  bool grows = true;       // a healthy one that may be called growing while it does
  double judged_from = 0;  // before that, a limit of the judge
};

struct trial
{
  std::string name;
  seconds_to_value value;
  double seconds;
  verdict at_end;
  circumstances with{};
};

void PrintTo(trial const& t, std::ostream* out)
{
  *out << t.name;
}

double saw(double t, double period, double height)
{
  return height * std::fmod(t, period) / period;
}

// From 0 to 1 and back.
double swing(double t, double period)
{
  return (1 - std::cos(2 * std::numbers::pi * t / period)) / 2;
}

// The same for each `t`, but as if by chance, from 0 to 1.
double chance(double t, unsigned stream = 0)
{
  std::mt19937 random(static_cast<unsigned>(std::llround(t * 100)) * 2654435761U + stream);
  random.discard(3);
  return static_cast<double>(random()) / static_cast<double>(std::mt19937::max());
}

// A sum of things that happen by chance, `rate` a second on average.
seconds_to_value happening(double rate, double step)
{
  auto const sum = std::make_shared<double>(0);
  return [=](double t) { return *sum += chance(t) < rate * step ? 1 : 0; };
}

double week(double t)
{
  bool const weekend = std::fmod(t, 7 * day) > 5 * day;
  return 2000 * swing(t, day) * (weekend ? 0.2 : 1);
}

std::vector<trial> healthy()
{
  return {
      {"constant", [](double) { return 300; }, 10 * minute, steady, {.grows = false}},
      {"empty", [](double) { return 0; }, 10 * minute, steady, {.grows = false}},
      {"flicker",
       [](double t) { return std::floor(5 * chance(t)); },
       hour,
       steady,
       {.grows = false}},
      {"noise",
       [](double t) { return std::floor(200 * chance(t)); },
       10 * minute,
       steady,
       {.grows = false}},
      {"noise_in_a_coarse_figure",
       [](double t) { return 40 * mib + 4 * mib * chance(t); },
       10 * minute,
       steady,
       {.noise = mib, .grows = false}},
      {"saw_of_3_s",
       [](double t) { return saw(t, 3, 300); },
       10 * minute,
       steady,
       {.grows = false}},
      {"saw_of_20_s", [](double t) { return saw(t, 20, 2000); }, 10 * minute, steady},
      {"saw_of_60_s", [](double t) { return saw(t, 60, 2000); }, 10 * minute, steady},
      {"saw_of_an_hour",
       [](double t) { return saw(t, hour, 2000); },
       12 * hour,
       steady,
       {.step = 1, .judged_from = hour}},
      {"saw_of_many_periods",
       [](double t) { return saw(t, 7, 100) + saw(t, 31, 300) + saw(t, 113, 500); }, 30 * minute,
       steady},
      {"saw_of_uneven_heights",
       [](double t) { return saw(t, 20, 1000 + 200 * chance(std::floor(t / 20))); }, hour, steady},
      {"heap_saw_of_a_cache",
       [](double t) { return 30 * mib + saw(t, 20, 16 * mib); },
       10 * minute,
       steady,
       {.noise = mib}},
      {"sine_of_120_s", [](double t) { return 200 * swing(t, 120); }, 20 * minute, steady},
      {"sine_of_20_minutes",
       [](double t) { return 2000 * swing(t, 1200); },
       3 * hour,
       steady,
       {.step = 1, .judged_from = 20 * minute}},
      {"sine_of_20_minutes_with_ages",
       [](double t) { return 2000 * swing(t, 1200); },
       3 * hour,
       steady,
       {.step = 1, .lives = 0.5, .grows = false}},
      {"weeks_of_a_figure_without_ages",
       week,
       35 * day,
       steady,
       {.step = 60, .judged_from = 7 * day}},
      {"weeks_of_short_tasks", week, 21 * day, steady, {.step = 60, .lives = 20, .grows = false}},
      {"load_that_only_rises",
       [](double t) { return t; },
       2 * hour,
       steady,
       {.step = 1, .lives = 3, .grows = false}},
      {"bursts_of_2000",
       [](double t) { return std::fmod(t, 10) < 2 ? 2000 : 3; },
       30 * minute,
       steady,
       {.grows = false}},
      {"bursts_by_chance",
       [](double t) { return chance(std::floor(t)) < 0.1 ? 2000 : 3; },
       30 * minute,
       steady,
       {.grows = false}},
      {"burst_that_drains_slowly",
       [](double t) { return std::max(3.0, t < 30 ? 3 : 2000 - 20 * (t - 30)); },
       10 * minute,
       steady,
       {.grows = false}},
      {"start_up_of_1_s_that_stays",
       [](double t) { return std::min(t, 1.0) * 500; },
       10 * minute,
       steady,
       {.grows = false}},
      {"start_up_of_a_minute_that_stays", [](double t) { return std::min(t, minute) * 500; },
       30 * minute, held},
      {"step", [](double t) { return t < 100 ? 10 : 500; }, 10 * minute, steady, {.grows = false}},
      {"step_and_creep",
       [](double t) { return t < 100 ? 8 * mib : 33 * mib + 10 * (t - 100); },
       hour,
       steady,
       {.step = 1, .noise = mib, .grows = false}},
      {"two_steps",
       [](double t) { return 10 + (t > 100 ? 300 : 0) + (t > 200 ? 300 : 0); },
       10 * minute,
       steady,
       {.grows = false}},
      {"clients_that_connect_and_stay",
       [](double t) { return std::floor(std::min(200.0, t * 100)); },
       10 * minute,
       steady,
       {.grows = false}},
      {"clients_that_connect_slowly_and_stay",
       [](double t) { return std::floor(std::min(200.0, t * 4)); }, 30 * minute, held},
      {"restart_of_clients",
       [](double t) { return t < 300 ? 200 : std::min(200.0, std::floor((t - 300) * 10)); },
       30 * minute,
       steady,
       {.grows = false}},
      {"restarts_of_clients_each_100_s",
       [](double t) { return std::min(200.0, std::fmod(t, 100) * 20); }, 30 * minute, steady},
      {"falls_slowly",
       [](double t) { return 5000 - t; },
       hour,
       steady,
       {.step = 1, .grows = false}},
      {"falls_by_half_after_it_has_risen",
       [](double t) { return t < 100 ? 10 * t : std::max(400.0, 1000 - 2 * (t - 100)); },
       30 * minute, steady},
      {"cache_that_fills_to_its_bound",
       [](double t) { return std::min(1000.0, 2 * t); },
       30 * minute,
       steady,
       {.bound = 1000, .grows = false}},
      {"cache_on_its_way_to_its_bound",
       [](double t) { return t; },
       10 * minute,
       bounded,
       {.bound = 1000, .grows = false}},
      {"figure_that_swings_around_its_mean",
       [](double t) { return 500 + 100 * std::sin(t / 7) + 50 * std::sin(t / 3.1); },
       hour,
       steady,
       {.step = 1}},
  };
}

std::vector<trial> leaks()
{
  return {
      {"fast",
       [](double t) { return 1 + std::floor(50 * t); },
       20 * minute,
       leaking,
       {.named_after = 12}},
      {"slow",
       [](double t) { return std::floor(t / 2); },
       20 * minute,
       leaking,
       {.named_after = 16}},
      {"slow_under_noise",
       [](double t) { return std::floor(t / 2) + 5 * chance(t); },
       20 * minute,
       leaking,
       {.named_after = 30}},
      {"slow_under_bursts",
       [](double t) { return std::floor(t / 2) + (std::fmod(t, 10) < 2 ? 2000 : 3); },
       20 * minute,
       leaking,
       {.named_after = 30}},
      {"slow_with_ages",
       [](double t) { return std::floor(t / 2); },
       20 * minute,
       leaking,
       {.named_after = 16, .lives = 1e9}},
      {"by_chance", happening(0.5, 0.1), 20 * minute, leaking, {.named_after = 60}},
      {"once_a_minute",
       [](double t) { return std::floor(t / minute); },
       day,
       leaking,
       {.named_after = 15 * minute, .step = 1}},
      {"from_the_middle",
       [](double t) { return std::floor(std::max(0.0, t - 600) / 2); },
       30 * minute,
       leaking,
       {.named_after = 616}},
      {"after_a_day",
       [](double t) { return 100 + std::floor(std::max(0.0, t - day) / 2); },
       day + hour,
       leaking,
       {.named_after = day + 5 * minute, .step = 10}},
      {"that_pauses",
       [](double t) { return 10 * (std::floor(t / 40) * 20 + std::min(std::fmod(t, 40), 20.0)); },
       30 * minute,
       leaking,
       {.named_after = 12}},
      {"that_stops",
       [](double t) { return std::floor(std::min(t, 100.0) * 5); },
       3 * hour,
       held,
       {.named_after = 12, .step = 1}},
      {"that_stops_for_a_week",
       [](double t) { return std::floor(std::min(t, 3000.0) * 5); },
       7 * day,
       held,
       {.named_after = 120, .step = 10}},
      {"in_steps",
       [](double t) { return 10 * std::floor(t / 10); },
       30 * minute,
       leaking,
       {.named_after = 60}},
      {"of_heap",
       [](double t) { return 20 * mib + 0.1 * mib * t + mib * chance(t); },
       20 * minute,
       leaking,
       {.named_after = minute, .noise = mib}},
      {"beside_a_saw",
       [](double t) { return t + saw(t, 20, 100); },
       30 * minute,
       leaking,
       {.named_after = 5 * minute}},
      {"beside_a_sine",
       [](double t) { return t + 100 * swing(t, 120); },
       hour,
       leaking,
       {.named_after = 5 * minute, .step = 0.5}},
      {"that_grows_faster",
       [](double t) { return t * t / 100; },
       30 * minute,
       leaking,
       {.named_after = minute}},
      {"beyond_its_bound",
       [](double t) { return std::floor(t); },
       30 * minute,
       leaking,
       {.named_after = 1002, .bound = 1000}},
      {"backlog_that_is_served_first_come",
       [](double t) { return 50 * t; },
       30 * minute,
       leaking,
       {.named_after = 30, .lives = -0.5}},
  };
}

// Of `count` things that live for `lives` seconds each; below 0: as of a queue to which things come
// in and wait for that part of the time since the beginning.
model::age_counts ages_of(double count, double lives, double seconds)
{
  model::age_counts ages;
  auto const oldest = lives < 0 ? -lives * seconds : lives;
  auto const older_than = [&](double age)
  {
    auto const span = std::min(oldest, std::max(seconds, 1.0));
    return std::llround(count * std::max(0.0, 1 - age / span));
  };
  for (std::size_t i = 0; i != model::age_counts::steps; ++i)
  {
    auto const next =
        i + 1 == model::age_counts::steps ? 0 : older_than(model::age_counts::age(i + 1));
    ages.add(i + 1, static_cast<std::uint32_t>(older_than(model::age_counts::age(i)) - next));
  }
  return ages;
}

// What it said, at each moment.
void judge_all(trial const& t, std::function<void(double, judgement const&)> const& said)
{
  model::trend figure;
  judge_options const options{.noise = t.with.noise, .bound = t.with.bound};
  for (double at = 0; at <= t.seconds; at += t.with.step)
  {
    auto const value = t.value(at);
    auto const ages = t.with.lives != 0 ? ages_of(value, t.with.lives, at) : model::age_counts();
    figure.add(1e6 + at, value, options, t.with.lives != 0 ? &ages : nullptr);
    said(at, figure.judge(options));
  }
}

class healthy_history : public testing::TestWithParam<trial>
{
};

TEST_P(healthy_history, is_never_accused)
{
  auto const& t = GetParam();
  verdict last = unknown;
  double accused_at = 0;
  double grew = 0;
  double held_for = 0;
  judge_all(t,
            [&](double at, judgement const& j)
            {
              last = j.verdict;
              if (at < t.with.judged_from) return;
              if (j.verdict == leaking && !accused_at) accused_at = at;
              grew += j.verdict == growing ? t.with.step : 0;
              held_for += j.verdict == held ? t.with.step : 0;
            });
  EXPECT_EQ(accused_at, 0);
  EXPECT_EQ(to_string(last), to_string(t.at_end));
  if (!t.with.grows)
  {
    EXPECT_EQ(grew, 0);
  }
  RecordProperty("growing", std::to_string(grew / t.seconds));
  RecordProperty("held", std::to_string(held_for / t.seconds));
}

INSTANTIATE_TEST_SUITE_P(verdict, healthy_history, testing::ValuesIn(healthy()),
                         [](auto const& each) { return each.param.name; });

class leaking_history : public testing::TestWithParam<trial>
{
};

TEST_P(leaking_history, is_named_in_time)
{
  auto const& t = GetParam();
  verdict last = unknown;
  double named_at = std::numeric_limits<double>::infinity();
  judge_all(t,
            [&](double at, judgement const& j)
            {
              last = j.verdict;
              if (j.verdict <= growing) named_at = std::min(named_at, at);
            });
  EXPECT_LE(named_at, t.with.named_after);
  EXPECT_EQ(to_string(last), to_string(t.at_end));
}

INSTANTIATE_TEST_SUITE_P(verdict, leaking_history, testing::ValuesIn(leaks()),
                         [](auto const& each) { return each.param.name; });

// What verdict.hpp says that the judge takes for a leak.
TEST(verdict, knows_no_better_of_a_day_that_it_sees_for_the_first_time)
{
  verdict worst = unknown;
  judge_all({"first day", week, day / 2, leaking, {.step = 10}},
            [&](double, judgement const& j) { worst = std::min(worst, j.verdict); });
  EXPECT_EQ(worst, leaking);
}

}  // namespace
