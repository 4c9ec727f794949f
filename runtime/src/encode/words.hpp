// What is to be said of a finding, in words: the same on every surface.
#pragma once

#include "model/finding.hpp"

#include <chrono>
#include <string>

namespace leaklab::encode
{

/// `tasks: 301 in "channel send"`, `heap: 12.5 MiB in use`. What the program has named may be any
/// bytes.
[[nodiscard]] std::string subject(model::finding const& f);

/// What it does, and since when: `+50.0 a second (49.8 to 50.1) over 6.0 s`.
[[nodiscard]] std::string course(model::finding const& f, double patience);

/// `12.5 MiB`, `301`: in the figure's unit.
[[nodiscard]] std::string amount(model::figure_kind kind, double value);

/// `26.0 s`, `4 min`, `2.5 h`.
[[nodiscard]] std::string time(double seconds);

[[nodiscard]] inline double seconds(std::chrono::duration<double> time)
{
  return time.count();
}

/// `threads stood still for 0.8 ms, a mark took 12 ms`: what a look at the heap has cost.
[[nodiscard]] std::string cost_of_mark(std::chrono::nanoseconds pause,
                                       std::chrono::nanoseconds time);

}  // namespace leaklab::encode
