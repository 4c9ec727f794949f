#include <leaklab/verdict.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

namespace leaklab
{
namespace
{

constexpr std::size_t number_of_parts = 5;
constexpr std::size_t least_points = 2;  // in a part

struct part
{
  double begin = 0;  // seconds: where the floor of a rising gauge lies
  double floor = 0;
};

double slope_between(part const& before, part const& after)
{
  return (after.floor - before.floor) / (after.begin - before.begin);
}

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
    result.reason =
        fmt::format("{:.1f} s observed, at least {:.1f} s needed", total, least_seconds_to_judge);
    return result;
  }

  auto const warm_up = history.front().seconds + total / 10;
  std::span const seen(std::ranges::lower_bound(history, warm_up, {}, &gauge_point::seconds),
                       history.end());
  if (seen.size() < number_of_parts * least_points)
  {
    result.reason = fmt::format("too few observations: {} in {:.1f} s", history.size(), total);
    return result;
  }
  result.seconds = seen.back().seconds - seen.front().seconds;

  std::array<part, number_of_parts> parts;
  for (std::size_t i = 0; i != parts.size(); ++i)
  {
    auto const first = i * seen.size() / parts.size();
    auto const points = seen.subspan(first, (i + 1) * seen.size() / parts.size() - first);
    parts[i] = {points.front().seconds, std::ranges::min(points, {}, &gauge_point::value).value};
  }
  auto const rise = parts.back().floor - parts.front().floor;
  result.slope = slope_between(parts.front(), parts.back());
  result.slowest = std::numeric_limits<double>::infinity();
  result.fastest = -result.slowest;
  for (std::size_t i = 1; i != parts.size(); ++i)
  {
    auto const slope = slope_between(parts[i - 1], parts[i]);
    result.slowest = std::min(result.slowest, slope);
    result.fastest = std::max(result.fastest, slope);
  }
  if (rise < noise)
    result.verdict = verdict::steady;
  else if (result.slowest > 0)
    result.verdict = verdict::leaking;
  else
    result.reason = "it rose, but not all the time";
  return result;
}

}  // namespace leaklab
