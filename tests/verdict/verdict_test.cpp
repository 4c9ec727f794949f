#include <leaklab/verdict.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <random>
#include <vector>

namespace
{

using namespace leaklab;

// 20 points a second, as the frame takes them.
std::vector<gauge_point> trace(double seconds, std::function<double(double)> const& value)
{
  std::vector<gauge_point> points;
  for (double t = 0; t <= seconds; t += 0.05)
    points.push_back({t, value(t)});
  return points;
}

// The patience of the lab's programs.
judge_options const noise{.noise = 5, .patience = std::chrono::milliseconds(1500)};

TEST(verdict, ramp_is_a_leak_with_its_slope)
{
  auto const j = judge(trace(4, [](double t) { return 1 + std::floor(50 * t); }), noise);
  EXPECT_EQ(j.verdict, verdict::leaking);
  EXPECT_NEAR(j.slope, 50, 1);
}

TEST(verdict, constant_is_steady)
{
  EXPECT_EQ(judge(trace(4, [](double) { return 3.0; }), noise).verdict, verdict::steady);
}

TEST(verdict, flicker_is_steady)
{
  std::mt19937 random(1);
  std::uniform_int_distribution<int> few(1, 4);
  EXPECT_EQ(judge(trace(4, [&](double) { return few(random); }), noise).verdict, verdict::steady);
}

TEST(verdict, sawtooth_is_steady)
{
  auto const saw = [](double t) { return 100 * std::fmod(t, 0.5); };
  EXPECT_EQ(judge(trace(10, saw), noise).verdict, verdict::steady);
}

TEST(verdict, burst_that_drains_is_steady)
{
  auto const burst = [](double t) { return t > 4 && t < 6 ? 1000.0 : 2.0; };
  EXPECT_EQ(judge(trace(10, burst), noise).verdict, verdict::steady);
}

TEST(verdict, warm_up_that_holds_is_steady)
{
  auto const warm = [](double t) { return std::min(t, 0.8) * 1000; };
  EXPECT_EQ(judge(trace(10, warm), noise).verdict, verdict::steady);
}

TEST(verdict, step_that_holds_is_no_leak)
{
  auto const step = [](double t) { return t < 5 ? 10.0 : 500.0; };
  EXPECT_NE(judge(trace(10, step), noise).verdict, verdict::leaking);
}

TEST(verdict, slow_leak_under_noise_is_a_leak)
{
  std::mt19937 random(2);
  std::uniform_real_distribution<double> some(0, 20);
  auto const leak = [&](double t) { return 10 * t + some(random); };
  auto const j = judge(trace(10, leak), noise);
  EXPECT_EQ(j.verdict, verdict::leaking);
  EXPECT_NEAR(j.slope, 10, 2);
}

TEST(verdict, stall_of_the_machine_hides_nothing)
{
  auto const stalled = [](double slope)
  {
    auto points = trace(3, [=](double t) { return 1 + slope * t; });
    std::erase_if(points, [](auto const& p) { return p.seconds > 1 && p.seconds < 1.8; });
    return judge(points, noise);
  };
  EXPECT_EQ(stalled(50).verdict, verdict::leaking);
  EXPECT_NEAR(stalled(50).slope, 50, 1);
  EXPECT_EQ(stalled(0).verdict, verdict::steady);
}

TEST(verdict, falling_gauge_is_steady)
{
  EXPECT_EQ(judge(trace(4, [](double t) { return 100 - 20 * t; }), noise).verdict, verdict::steady);
}

TEST(verdict, short_history_is_not_known_and_says_what_is_missing)
{
  auto const j = judge(trace(1, [](double t) { return 50 * t; }), noise);
  EXPECT_EQ(j.verdict, verdict::unknown);
  EXPECT_NE(j.reason.find("1.5 s needed"), j.reason.npos);
}

TEST(verdict, sparse_history_is_not_known)
{
  EXPECT_EQ(judge(std::vector<gauge_point>{{0, 1}, {2, 100}, {4, 200}}, noise).verdict,
            verdict::unknown);
  EXPECT_EQ(judge({}, noise).verdict, verdict::unknown);
}

}  // namespace
