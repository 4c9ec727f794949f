// One figure over time, and what is to be said of it.
#pragma once

#include "model/history.hpp"
#include "model/rise.hpp"

#include <optional>

namespace leaklab::model
{

/// Remembers a rise until it has come back by half, however long ago it was. One thread.
class trend
{
 public:
  /// `ages` of what the figure counts; null where they are not known. The options are those of the
  /// figure, the same each time.
  void add(double seconds, double value, judge_options const& options,
           age_counts const* ages = nullptr);

  [[nodiscard]] judgement judge(judge_options const& options) const;

  [[nodiscard]] history const& past() const noexcept { return past_; }
  [[nodiscard]] std::size_t bytes() const noexcept { return past_.bytes(); }

 private:
  struct episode
  {
    rise last;
    double begin = 0;
    double from = 0;
    double end = 0;      // when it was last seen to rise
    double longest = 0;  // of its spans
  };

  void look(judge_options const& options, double shortest, age_counts const* ages);

  history past_;
  std::optional<episode> episode_;
  std::size_t points_ = 0;
  double value_ = 0;
  double look_at_ = 0;
  bool rises_ = false;
};

}  // namespace leaklab::model
