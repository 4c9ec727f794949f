// Figures as people read them.
#pragma once

#include <string>

namespace leaklab::page
{

enum class unit
{
  count,
  bytes
};

/// "301", "12,345", "0.25"; "12.5 MiB".
[[nodiscard]] std::string quantity(double value, unit of);

/// "30 s", "5 min", "2 h", "3 days": of a whole number of them.
[[nodiscard]] std::string whole_time(double seconds);

/// The distance of the lines of a scale that goes to `most` in at most `lines`: 1, 2 or 5 of what
/// the unit's larger units are made of.
[[nodiscard]] double scale_step(double most, int lines, unit of);

/// The same of a scale of seconds: 15 s, 5 min, 6 h.
[[nodiscard]] double time_step(double seconds, int lines);

}  // namespace leaklab::page
