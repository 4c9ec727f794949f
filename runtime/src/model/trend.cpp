#include "model/trend.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace leaklab::model
{
namespace
{

constexpr double looks = 10;  // in the shortest span
constexpr std::size_t fewest_observations = 10;
constexpr double comes_back = 0.5;

// From the floor of the first fifth to that of the last.
double mean_slope(std::vector<gauge_point> const& points)
{
  auto const fifth = static_cast<std::ptrdiff_t>(points.size() / 5);
  if (fifth == 0) return 0;
  auto const floor = [](auto begin, auto end)
  { return std::ranges::min_element(begin, end, {}, &gauge_point::value)->value; };
  auto const last = points.end() - fifth;
  return (floor(last, points.end()) - floor(points.begin(), points.begin() + fifth)) /
         (last->seconds - points.front().seconds);
}

// When it was last below the value. An end shows some time after it: it is when the figure came to
// where it stays.
double last_below(double value, std::vector<gauge_point> const& points)
{
  auto const found = std::find_if(points.rbegin(), points.rend(),
                                  [&](auto const& point) { return point.value < value; });
  return found == points.rend() ? points.front().seconds : found->seconds;
}

}  // namespace

void trend::add(double seconds, double value, judge_options const& options, age_counts const* ages)
{
  past_.add(seconds, value);
  ++points_;
  value_ = value;
  if (seconds < look_at_) return;
  auto const shortest = shortest_span(options.patience).count();
  look_at_ = seconds + shortest / looks;
  look(options, shortest, ages);
}

void trend::look(judge_options const& options, double shortest, age_counts const* ages)
{
  auto const now = past_.last();
  auto const found = find_rise(past_, options, ages);
  bool const rose = std::exchange(rises_, found.has_value());
  if (found)
  {
    if (!episode_) episode_ = episode{*found, found->begin, found->from, now, 0};
    episode_->last = *found;
    // A span that goes back beyond the beginning tells it best.
    if (now - found->seconds <= episode_->begin) episode_->begin = found->begin;
    episode_->end = now;
    episode_->longest = std::max(episode_->longest, found->seconds);
  }
  else if (episode_)
  {
    auto const recent = past_.since(now - shortest / 2);
    auto const low = std::ranges::min(recent, {}, &gauge_point::value).value;
    auto& [last, begin, from, end, longest] = *episode_;
    if (low <= from + comes_back * (last.to - from))
      episode_.reset();
    else if (rose)
      end = std::clamp(last_below(low - options.noise, past_.since(begin)), begin, end);
  }
}

judgement trend::judge(judge_options const& options) const
{
  judgement result;
  auto const now = past_.last();
  auto const watched = past_.empty() ? 0 : now - past_.first();
  auto const shortest = shortest_span(options.patience).count();
  result.seconds = watched;
  result.bound = options.bound;
  if (watched < shortest)
  {
    result.reason = fmt::format("{:.1f} s observed, at least {:.1f} s needed", watched, shortest);
    return result;
  }
  if (points_ < fewest_observations)
  {
    result.reason = fmt::format("too few observations: {} in {:.1f} s", points_, watched);
    return result;
  }
  result.verdict = verdict::steady;
  result.slope = mean_slope(past_.since(past_.first()));
  if (episode_)
  {
    auto const& last = episode_->last;
    result.slope = last.slope;
    result.slowest = last.slowest;
    result.fastest = last.fastest;
    result.seconds = episode_->longest;
    result.rise = value_ - episode_->from;
    result.since = now - episode_->begin;
    result.until = rises_ ? 0 : now - episode_->end;
    if (!rises_)
      result.verdict = verdict::held;
    else
      result.verdict =
          last.seconds >= options.patience.count() ? verdict::leaking : verdict::growing;
  }
  if (value_ > options.bound)
  {
    result.reason = fmt::format("above its bound of {:.0f}", options.bound);
    if (result.verdict == verdict::steady) result.verdict = verdict::held;
  }
  else if (options.bound < std::numeric_limits<double>::infinity() && is_finding(result.verdict))
  {
    result.verdict = rises_ ? verdict::bounded : verdict::steady;
    if (rises_) result.full_in = (options.bound - value_) / result.slope;
  }
  return result;
}

}  // namespace leaklab::model
