// Does a figure leak? Judged from its history alone, without knowing what the program ought to do.
//
// The floor is what counts: what a program holds when it holds least. A load that comes and goes
// returns to its floor, a leak does not. A span of time that ends now is cut into five parts of as
// many points each, and the least value of each is its floor. The figure rises over that span when
//
//   - each floor is above the one before, by a tenth of the whole rise or more, and by no more than
//     six tenths: a step is no rise, and does not make one of a creep behind it;
//   - the rise is at least `noise`, and three times what the floors of the two halves of a part differ
//     by, half of the time;
//   - the last floor is above all that was the floor for as long as a part, in the ten days before;
//     where it had come down before, by a quarter of that fall: a saw goes where it has been, a leak
//     does not;
//   - where the ages are known, as those of tasks are, what is older than a quarter of the span makes
//     up half of the rise: a growing load exchanges what it holds, a leak keeps it. Then the ten days
//     are ten spans, or the patience if that is longer;
//   - it has not stopped meanwhile: the last eighth goes on at a fifth of the pace or more.
//
// All spans are tried, the longest first, from the whole time watched down to the shortest that
// says anything: a sixtieth of the patience, and 1.5 s at least.
//
// What this cannot see: a rise of less than `noise` in the longest span; a leak in the shadow of a
// figure that was higher and fell, until it is higher again; of two movements in one figure, the
// smaller. What it takes for a leak and is none: a load that rises for longer than the patience, for
// the first time in ten days, and keeps what it makes.
//
// It was tried on 54 histories (tests/verdict) and on a service with healthy loads and leaks
// (scripts/verdict-trial --long, November 2026): of 2,700 answers about healthy loads none said
// leaking, 440 that something grows which did just then; the planted leaks were named after 3.5
// to 12.5 s.
#pragma once

#include <chrono>
#include <limits>
#include <span>
#include <string>
#include <string_view>

namespace leaklab
{

/// The value of a figure at one moment.
struct gauge_point
{
  double seconds = 0;  ///< since any fixed moment, rising
  double value = 0;
};

/// The worst first.
enum class verdict
{
  leaking,  ///< rises over at least the patience
  growing,  ///< the same over a shorter span: all that can be said so far
  held,     ///< rose, has stopped, and has not come back by half: as after the end of a load; or is
            ///< above its bound
  bounded,  ///< rises, and is below the bound that was declared for it
  steady,
  unknown,
};

/// "leaking", …, "steady", "not known".
[[nodiscard]] std::string_view to_string(verdict v) noexcept;

/// Whether something is to be reported: all but steady and unknown.
[[nodiscard]] constexpr bool is_finding(verdict v) noexcept
{
  return v < verdict::steady;
}

/// Times are in seconds, all else is in the figure's unit.
struct judgement
{
  leaklab::verdict verdict = leaklab::verdict::unknown;
  double slope = 0;    ///< a second, by which the floor rose: the median of the parts'
  double slowest = 0;  ///< the least and the greatest slope from one part to the next:
  double fastest = 0;  ///< how far to trust `slope`
  double seconds = 0;  ///< the span that rose, the longest of them; when steady, what was looked at
  double rise = 0;     ///< from the floor before to the last
  double since = 0;    ///< how long ago it began to rise
  double until = 0;    ///< how long ago it stopped; 0 while it rises
  /// The bound declared; infinite when there is none.
  double bound = std::numeric_limits<double>::infinity();
  double full_in = 0;  ///< when bounded: after how long it will be at its bound
  std::string reason;  ///< why, when unknown; else what there is to add, "above its bound" say
};

struct judge_options
{
  double noise = 5;  ///< by how much it may rise without meaning anything; above 0
  /// How long a rise is only called growing. The lab's programs, whose load is known, have 1.5 s.
  std::chrono::duration<double> patience = std::chrono::minutes(10);
  double bound = std::numeric_limits<double>::infinity();
};

/// A span that is shorter says nothing: a sixtieth of the patience, and 1.5 s at least.
[[nodiscard]] std::chrono::duration<double> shortest_span(
    std::chrono::duration<double> patience) noexcept;

/// As of the last point. Unknown for a history of less than the shortest span. `history` is looked
/// at as it would have been while it was made: what rose early and stayed is held.
[[nodiscard]] judgement judge(std::span<gauge_point const> history,
                              judge_options const& options = {});

}  // namespace leaklab
