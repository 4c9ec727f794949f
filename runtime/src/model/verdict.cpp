#include <leaklab/verdict.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

namespace leaklab
{
namespace
{

constexpr std::size_t parts = 5;
constexpr std::size_t least_points = 2;  // in a part

struct floor_level
{
  double value = std::numeric_limits<double>::infinity();
  std::size_t points = 0;
};

}  // namespace

std::string_view to_string(verdict v) noexcept
{
  switch (v)
  {
    case verdict::leaking:
      return "leaking";
    case verdict::steady:
      return "steady";
    case verdict::unknown:
      break;
  }
  return "not known";
}

judgement judge(std::span<gauge_point const> history, double noise)
{
  judgement result;
  auto const total = history.empty() ? 0 : history.back().seconds - history.front().seconds;
  if (total < least_seconds_to_judge)
  {
    result.reason = fmt::format("{:.1f} s observed, at least {:.1f} s needed", total, least_seconds_to_judge);
    return result;
  }

  auto const begin = history.front().seconds + total / 10;
  auto const length = (history.back().seconds - begin) / parts;
  result.seconds = length * parts;
  std::array<floor_level, parts> floors;
  for (auto const& point : history)
  {
    if (point.seconds < begin) continue;
    auto& floor = floors[std::min(parts - 1, static_cast<std::size_t>((point.seconds - begin) / length))];
    floor.value = std::min(floor.value, point.value);
    ++floor.points;
  }
  if (std::any_of(floors.begin(), floors.end(), [](auto const& f) { return f.points < least_points; }))
  {
    result.reason = fmt::format("too few observations: {} in {:.1f} s", history.size(), total);
    return result;
  }

  auto const rise = floors.back().value - floors.front().value;
  result.slope = rise / (length * (parts - 1));
  result.slowest = std::numeric_limits<double>::infinity();
  result.fastest = -result.slowest;
  for (std::size_t i = 1; i != parts; ++i)
  {
    auto const slope = (floors[i].value - floors[i - 1].value) / length;
    result.slowest = std::min(result.slowest, slope);
    result.fastest = std::max(result.fastest, slope);
  }
  auto const rises = [](auto const& before, auto const& after) { return before.value >= after.value; };
  auto const always = std::adjacent_find(floors.begin(), floors.end(), rises) == floors.end();
  if (rise < noise)
    result.verdict = verdict::steady;
  else if (always)
    result.verdict = verdict::leaking;
  else
    result.reason = "it rose, but not all the time";
  return result;
}

}  // namespace leaklab
