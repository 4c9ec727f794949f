#include "page/quantity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace leaklab::page
{
namespace
{

constexpr double most_exact = 1e15;  // beyond, a double's whole numbers have gaps

// "1234567" as "1,234,567"; four digits stay together.
std::string grouped(std::string digits)
{
  auto const first = digits.starts_with('-') ? 1U : 0U;
  if (digits.size() - first <= 4) return digits;
  for (auto at = digits.size(); at > first + 3;)
    digits.insert(at -= 3, ",");
  return digits;
}

// 1, 2 or 5 times a power of ten: the least that is not below `least`.
double round_up(double least)
{
  auto const power = std::pow(10, std::floor(std::log10(least)));
  for (double const factor : {1, 2, 5})
    if (factor * power >= least * (1 - 1e-9)) return factor * power;
  return 10 * power;
}

}  // namespace

std::string quantity(double value, unit of)
{
  if (!std::isfinite(value)) return fmt::format("{}", value);
  if (of == unit::bytes)
  {
    char const* const names[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    std::size_t i = 0;
    for (; std::abs(value) >= 1024 && i + 1 != std::size(names); ++i)
      value /= 1024;
    // A tenth that is none is not shown on a scale.
    return fmt::format(
        fmt::runtime(i == 0 || value == std::round(value) ? "{:.0f} {}" : "{:.1f} {}"), value,
        names[i]);
  }
  if (std::abs(value) >= most_exact) return fmt::format("{:.3g}", value);
  return value == std::round(value) ? grouped(fmt::format("{:.0f}", value))
                                    : fmt::format("{:.4g}", value);
}

std::string whole_time(double seconds)
{
  if (seconds < 60) return fmt::format("{:.0f} s", seconds);
  if (seconds < 3600) return fmt::format("{:.0f} min", seconds / 60);
  if (seconds < 86400) return fmt::format("{:.0f} h", seconds / 3600);
  auto const days = std::round(seconds / 86400);
  return fmt::format("{:.0f} day{}", days, days == 1 ? "" : "s");
}

double scale_step(double most, int lines, unit of)
{
  auto const least = most / lines;
  if (of == unit::count) return round_up(least);
  double larger = 1;
  while (larger * 1024 <= most)
    larger *= 1024;
  return std::max(round_up(least / larger) * larger, 1.0);
}

double time_step(double seconds, int lines)
{
  constexpr double steps[] = {1,     2,     5,     10,    15,     30,     60,
                              120,   300,   600,   900,   1800,   3600,   7200,
                              10800, 21600, 43200, 86400, 172800, 432000, 864000};
  auto const* const found = std::ranges::lower_bound(steps, seconds / lines);
  return found == std::end(steps) ? *std::prev(found) : *found;
}

}  // namespace leaklab::page
