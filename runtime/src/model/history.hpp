// What a figure has been: the last half minute closely, the last days coarsely, in bounded memory.
#pragma once

#include <leaklab/verdict.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace leaklab::model
{

/// Windows of at most 256 points each, 0.1 s, 1 s, 15 s, 6 minutes and an hour apart: 26 s, 4 and
/// 64 minutes, a day, ten days. A point is the least value of its time: that is what the judge
/// looks at. 5 KiB at most. One thread.
class history
{
 public:
  /// `seconds` since any fixed moment, rising.
  void add(double seconds, double value);

  [[nodiscard]] bool empty() const noexcept { return !begun_; }
  [[nodiscard]] double first() const noexcept { return first_; }  ///< the time of the first point
  [[nodiscard]] double last() const noexcept { return last_; }

  /// The points from `begin` to now, from the closest window that goes back so far.
  [[nodiscard]] std::vector<gauge_point> since(double begin) const;

  /// What a rise that begins at `end` must exceed to be news: all that was the floor for `width`
  /// seconds from `begin` on; where it came down after, by `above_fall` of the fall. Minus infinity
  /// when there was nothing.
  [[nodiscard]] double barrier(double begin, double end, double width, double above_fall) const;

  /// The least value of the time around `seconds`; 0 before the first.
  [[nodiscard]] double value_at(double seconds) const;

  [[nodiscard]] std::size_t bytes() const noexcept;  ///< of memory, without the object itself

 private:
  static constexpr std::size_t capacity = 256;

  struct window
  {
    double step = 0;
    std::vector<float> least{};  // NaN where the machine stood still
    std::int64_t end = 0;        // the number of the step behind the last point

    [[nodiscard]] std::int64_t begin() const noexcept
    {
      return end - static_cast<std::int64_t>(least.size());
    }
    void add(std::int64_t number, float value);
  };

  [[nodiscard]] bool reaches(window const& w, double begin) const noexcept;
  [[nodiscard]] window const& closest(double begin) const noexcept;

  std::array<window, 5> windows_{{{0.1}, {1}, {15}, {360}, {3600}}};
  bool begun_ = false;
  double first_ = 0;
  double last_ = 0;
};

}  // namespace leaklab::model
