// What a gauge has been: the last half minute closely, the last hours coarsely, in bounded memory.
#pragma once

#include <leaklab/verdict.hpp>

#include <array>
#include <deque>

namespace leaklab::model
{

/// Three windows of at most 256 points, a tenth of a second, 2 s and 60 s apart. A point of a
/// coarser window is the least value since the one before it: that is what the judge looks at. 12
/// KiB at most. One thread.
class history
{
 public:
  void add(gauge_point const& point);

  /// Judged over the longest window that shows a leak; when none does, over the finest.
  [[nodiscard]] judgement judge(double noise) const;

  [[nodiscard]] double last() const noexcept { return last_; }

 private:
  static constexpr std::size_t capacity = 256;

  struct window
  {
    double step = 0;
    std::deque<gauge_point> points;
    double least = 0;  // since the last point
    bool begun = false;
  };

  std::array<window, 3> windows_{{{0.095, {}, 0, false}, {2, {}, 0, false}, {60, {}, 0, false}}};
  double last_ = 0;
};

}  // namespace leaklab::model
