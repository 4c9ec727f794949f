#include "encode/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace leaklab::encode
{
namespace
{

constexpr double mebibyte = 1 << 20;

// A slope to three digits: a leak of one a minute is one, too.
std::string signed_number(double value)
{
  return std::abs(value) >= 0.1 || value == 0 ? fmt::format("{:+.1f}", value)
                                              : fmt::format("{:+.3g}", value);
}

std::string slope(model::finding const& f)
{
  bool const is_heap = f.kind == model::figure_kind::heap;
  auto const scale = is_heap ? mebibyte : 1;
  return fmt::format("{}{} a second ({} to {}) over {}", signed_number(f.found.slope / scale),
                     is_heap ? " MiB" : "", signed_number(f.found.slowest / scale),
                     signed_number(f.found.fastest / scale), time(f.found.seconds));
}

}  // namespace

std::string time(double seconds)
{
  if (seconds < 120) return fmt::format("{:.1f} s", seconds);
  if (seconds < 7200) return fmt::format("{:.0f} min", seconds / 60);
  return fmt::format("{:.1f} h", seconds / 3600);
}

std::string amount(model::figure_kind kind, double value)
{
  return kind == model::figure_kind::heap ? fmt::format("{:.1f} MiB", value / mebibyte)
                                          : fmt::format("{:.0f}", value);
}

std::string subject(model::finding const& f)
{
  switch (f.kind)
  {
    case model::figure_kind::tasks:
      return f.what.empty() ? fmt::format("tasks: {:.0f}, of many places", f.value)
                            : fmt::format("tasks: {:.0f} in \"{}\"", f.value, f.what);
    case model::figure_kind::gauge:
      return fmt::format("{}: {:.0f}", f.what, f.value);
    case model::figure_kind::fds:
      return f.what.empty() ? fmt::format("open descriptors: {:.0f}, of many kinds", f.value)
                            : fmt::format("open descriptors: {:.0f} of kind {}", f.value, f.what);
    case model::figure_kind::heap:
      break;
  }
  return fmt::format("heap: {:.1f} MiB in use", f.value / mebibyte);
}

// What it does, and since when.
std::string course(model::finding const& f, double patience)
{
  auto const& j = f.found;
  if (has_stopped(f))
    return j.since == 0 ? "without a rise that was seen"
                        : fmt::format("rose by {} from {} to {} ago and has not come back",
                                      amount(f.kind, j.rise), time(j.since), time(j.until));
  switch (j.verdict)
  {
    case verdict::growing:
      return fmt::format("{}; a leak if it goes on for {}", slope(f),
                         time(std::max(patience - j.seconds, 0.0)));
    case verdict::bounded:
      return fmt::format("{}; full at {} in {}", slope(f), amount(f.kind, j.bound),
                         time(j.full_in));
    default:
      return slope(f);
  }
}

std::string cost_of_mark(std::chrono::nanoseconds pause, std::chrono::nanoseconds time)
{
  using milliseconds = std::chrono::duration<double, std::milli>;
  return fmt::format("threads stood still for {:.1f} ms, a mark took {:.0f} ms",
                     milliseconds(pause).count(), milliseconds(time).count());
}

}  // namespace leaklab::encode
