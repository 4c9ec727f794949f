// Does a figure rise now, and since when?
#pragma once

#include "model/history.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace leaklab::model
{

/// How many of the things counted are how old, in steps of twice the age. Ages below the first step
/// do not count.
class age_counts
{
 public:
  static constexpr std::size_t steps = 20;
  static constexpr double youngest = 0.1;  ///< seconds

  [[nodiscard]] static double age(std::size_t step) noexcept
  {
    return youngest * static_cast<double>(std::uint64_t{1} << step);
  }

  /// Some that are at least as old as `number` of the steps demand.
  void add(std::size_t number, std::uint32_t count = 1) noexcept
  {
    if (number) reached_[number - 1] += count;
  }

  /// At least so old, as far as the steps tell: by a step too few.
  [[nodiscard]] double older_than(double seconds) const noexcept
  {
    double sum = 0;
    for (std::size_t i = steps; i-- > 0 && age(i) >= seconds;)
      sum += reached_[i];
    return sum;
  }

 private:
  std::array<std::uint32_t, steps> reached_{};  // by the last step that each has reached
};

struct rise
{
  double begin = 0;
  double seconds = 0;  ///< the span
  double from = 0;
  double to = 0;
  double slope = 0;
  double slowest = 0;
  double fastest = 0;
};

/// The longest span up to now over which it rises, by the rules in leaklab/verdict.hpp. `ages` may
/// be null. Seconds as in the history.
[[nodiscard]] std::optional<rise> find_rise(history const& past, judge_options const& options,
                                            age_counts const* ages);

}  // namespace leaklab::model
