// Does a gauge leak? Judged from its history alone, without knowing what the program ought to do.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace leaklab
{

/// The value of a gauge at one moment.
struct gauge_point
{
  double seconds = 0;  ///< since any fixed moment, rising
  double value = 0;
};

enum class verdict
{
  leaking,
  steady,
  unknown,
};

[[nodiscard]] std::string_view to_string(verdict v) noexcept;

struct judgement
{
  leaklab::verdict verdict = leaklab::verdict::unknown;
  double slope = 0;    ///< units a second, by which the floor rose
  double slowest = 0;  ///< the least and the greatest slope from one part to the next:
  double fastest = 0;  ///< how far to trust `slope`
  double seconds = 0;  ///< how long was looked at, without the warm-up
  std::string reason;  ///< why, when unknown
};

/// How long a gauge must have been watched for a verdict.
inline constexpr double least_seconds_to_judge = 1.5;

/// The floor is what counts: what a program holds when it holds least. A load that comes and goes
/// returns to its floor, a leak does not. After a warm-up of a tenth of the time, the history is
/// cut into five parts of as many points each, so that none is empty when the machine stalls, and
/// the least value of each is its floor. Leaking: every floor is above the one before, by `noise`
/// or more in all. Steady: the last floor is less than `noise` above the first. Anything else is
/// unknown, and so is a history of less than least_seconds_to_judge or fewer than two points a
/// part.
///
/// It cannot see a leak slower than `noise` over the history, and it takes a load that rises all
/// the time for a leak. `noise` is in the gauge's unit and above 0.
[[nodiscard]] judgement judge(std::span<gauge_point const> history, double noise);

}  // namespace leaklab
