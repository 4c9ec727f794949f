// What the watch has to say: figures that rise or have risen, and where.
#pragma once

#include "model/wait_site.hpp"
#include "symbols/location.hpp"

#include <leaklab/task.hpp>
#include <leaklab/verdict.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace leaklab::model
{

/// In the order in which a report names them: the heap grows along with most others.
enum class figure_kind
{
  tasks,
  gauge,
  fds,
  heap,
};

[[nodiscard]] std::string_view to_string(figure_kind kind) noexcept;

/// How much of the figure means nothing: judge_options::noise. A gauge has its own.
[[nodiscard]] constexpr double noise_of(figure_kind kind) noexcept
{
  return kind == figure_kind::heap ? 1 << 20 : 5;
}

/// A line of the program, and what is there now of what was not there before.
struct grown_place
{
  symbols::source_line line;
  double amount = 0;
  double share = 0;  ///< of all that has grown, up to 1
  double lost = 0;   ///< bytes that nothing refers to any more, when that was asked for
};

/// One thing that rises, or has risen.
struct finding
{
  figure_kind kind = figure_kind::tasks;
  /// The operation waited in, the kind of descriptor, the gauge's name; empty for all tasks, where
  /// no few places make the rise, and for the heap.
  std::string what;
  double value = 0;  ///< now; bytes for heap
  double share = 1;  ///< of the rise of the figure, of which this is one place or kind
  judgement found;

  // For tasks of one place; of many, the line that spawned half of them or more:
  source_site waits_at;
  source_site spawned_at;
  std::chrono::milliseconds oldest{0};
  task_id example = 0;  ///< the one that has waited longest

  /// Where the heap grows, and where descriptors were opened: at most ten, the largest first.
  std::vector<grown_place> places;
  std::string places_unknown;      ///< why there are none, and what to do about it
  std::string example_descriptor;  ///< for descriptors

  std::string mark;        ///< the last one set before it began; empty when there is none
  double mark_before = 0;  ///< seconds from the mark to the beginning

  /// How many of its tasks nothing can wake, or how many bytes of its places nothing refers to; nothing
  /// where that is not known.
  std::optional<double> proven;
};

/// Held, or leaking by its proof alone.
[[nodiscard]] inline bool has_stopped(finding const& f)
{
  return f.found.verdict == verdict::held || f.found.until > 0;
}

/// The worst first, within that by kind and share.
[[nodiscard]] inline auto order(finding const& f)
{
  return std::tuple(f.found.verdict, f.kind, -f.share);
}

/// A figure of the program: "tasks", "heap", "fds" or the name of a gauge.
struct figure_verdict
{
  std::string figure;
  judgement found;
};

/// What nothing in the program can come to any more, as two marks of all memory agree.
struct proof
{
  std::string tasks_unknown;  ///< why it is not known which tasks are stuck; empty when it is
  std::uint64_t stuck = 0;
  std::uint64_t waiting = 0;         ///< of which `stuck` are a part
  std::vector<wait_site> elsewhere;  ///< the stuck tasks that are no finding's, most tasks first

  std::string heap_unknown;  ///< why it is not known what is lost; empty when it is
  double lost = 0;           ///< bytes that lines of the program have allocated

  std::chrono::nanoseconds pause{0};  ///< as in graph::heap_look
  std::chrono::nanoseconds time{0};
};

struct leak_report
{
  leaklab::verdict verdict = leaklab::verdict::unknown;  ///< the worst of all figures
  double watched_seconds = 0;
  double seconds_needed = 0;  ///< how much longer to watch, while it is too early for a verdict
  double patience_seconds = 0;
  std::vector<finding> findings;        ///< in their order()
  std::vector<figure_verdict> figures;  ///< all, whatever is to be said of them
  std::size_t series = 0;               ///< how many things are watched
  std::size_t own_bytes = 0;            ///< of memory that the watch itself takes
  /// Why the heap is not among them: "malloc is libjemalloc.so.2"; empty when it is.
  std::string heap_not_watched;
  std::optional<model::proof> proof;  ///< when it was asked for
};

}  // namespace leaklab::model
