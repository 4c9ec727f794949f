#include "model/rise.hpp"

#include <algorithm>
#include <cmath>
#include <span>

namespace leaklab::model
{
namespace
{

constexpr std::size_t number_of_parts = 5;
constexpr std::size_t least_points = 2;  // in a part
constexpr double next_span = 1.2;        // times shorter
// Of the rise, from one part to the next; a line has 0.25.
constexpr double least_share_of_a_step = 0.1;
constexpr double greatest_share_of_a_step = 0.6;
constexpr double tail = 8;  // parts of the span, the last of which shows an end
constexpr double least_pace_of_tail = 0.2;
constexpr double least_above_fall = 0.25;
constexpr double look_back = 10;  // spans, where ages are known
constexpr double least_above_scatter = 3;
constexpr double young = 4;  // parts of the span: what is younger may be on its way out
constexpr double least_old = 0.5;

std::span<gauge_point const> part_of(std::span<gauge_point const> points, std::size_t i)
{
  auto const first = i * points.size() / number_of_parts;
  return points.subspan(first, (i + 1) * points.size() / number_of_parts - first);
}

gauge_point least_of(std::span<gauge_point const> points)
{
  return std::ranges::min(points, {}, &gauge_point::value);
}

double floor_of(std::span<gauge_point const> points)
{
  return least_of(points).value;
}

// By how much the floors of neighbouring halves of a part differ, half of the time.
double scatter(std::span<gauge_point const> points)
{
  std::array<double, number_of_parts> differences{};
  for (std::size_t i = 0; i != differences.size(); ++i)
  {
    auto const part = part_of(points, i);
    auto const half = part.size() / 2;
    differences[i] = std::abs(floor_of(part.subspan(half)) - floor_of(part.first(half)));
  }
  std::ranges::sort(differences);
  return differences[number_of_parts / 2];
}

// Over all of the points: whether they rise, part by part.
std::optional<rise> rise_by_parts(std::span<gauge_point const> points, double noise)
{
  if (points.size() < number_of_parts * least_points) return std::nullopt;
  std::array<gauge_point, number_of_parts> parts;  // where the floor of a rising figure lies
  for (std::size_t i = 0; i != parts.size(); ++i)
  {
    auto const part = part_of(points, i);
    parts[i] = {part.front().seconds, floor_of(part)};
  }
  auto const whole = parts.back().value - parts.front().value;
  if (whole < std::max(noise, least_above_scatter * scatter(points))) return std::nullopt;

  std::array<double, number_of_parts - 1> slopes{};
  for (std::size_t i = 0; i != slopes.size(); ++i)
  {
    auto const step = parts[i + 1].value - parts[i].value;
    if (step < least_share_of_a_step * whole || step > greatest_share_of_a_step * whole)
      return std::nullopt;
    slopes[i] = step / (parts[i + 1].seconds - parts[i].seconds);
  }
  std::ranges::sort(slopes);
  auto const slope = (slopes[1] + slopes[2]) / 2;
  // Where the line through the second floor meets the first.
  auto const begin = parts[1].seconds - (parts[1].value - parts[0].value) / slope;
  return rise{.begin = std::max(least_of(part_of(points, 0)).seconds, begin),
              .from = parts.front().value,
              .to = parts.back().value,
              .slope = slope,
              .slowest = slopes.front(),
              .fastest = slopes.back()};
}

// Whether it has stopped, as far as the pace lets expect more than noise since.
bool has_stopped(std::span<gauge_point const> points, rise const& found, double shortest,
                 double noise)
{
  auto const now = points.back().seconds;
  auto const length = std::max((now - found.begin) / tail, shortest);
  auto const expected = found.slope * length;
  if (expected < noise) return false;
  auto const middle = std::ranges::lower_bound(points, now - length, {}, &gauge_point::seconds);
  auto const before =
      std::ranges::lower_bound(points, now - length * 1.5, {}, &gauge_point::seconds);
  auto const last = std::ranges::lower_bound(points, now - length / 2, {}, &gauge_point::seconds);
  if (before == middle || last == points.end()) return false;
  // The floors of two runs that begin `length` apart.
  return floor_of({last, points.end()}) - floor_of({before, middle}) <
         least_pace_of_tail * expected;
}

}  // namespace

std::optional<rise> find_rise(history const& past, judge_options const& options,
                              age_counts const* ages)
{
  if (past.empty()) return std::nullopt;
  auto const now = past.last();
  auto const shortest = shortest_span(options.patience).count();
  for (auto length = now - past.first(); length >= shortest; length /= next_span)
  {
    auto const points = past.since(now - length);
    auto found = rise_by_parts(points, options.noise);
    if (!found || has_stopped(points, *found, shortest, options.noise)) continue;
    if (ages && ages->older_than(length / young) < least_old * (found->to - found->from)) continue;

    auto const from =
        ages ? found->begin - std::max(look_back * length, options.patience.count()) : past.first();
    auto const width = length / static_cast<double>(number_of_parts);
    auto const barrier = past.barrier(from, found->begin, width, least_above_fall);
    if (found->to - barrier < options.noise) continue;
    found->seconds = length;
    return found;
  }
  return std::nullopt;
}

}  // namespace leaklab::model
