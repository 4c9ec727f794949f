// What each task did during a trace: its life, its waits and its time on threads, as slices that
// nest.
#pragma once

#include "probe/identity.hpp"
#include "task/task_trace.hpp"

#include <leaklab/task.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace leaklab::model
{

/// A time on a thread, or a wait: then `operation` says for what, and `where` in which co_await.
struct task_slice
{
  char const* operation = nullptr;
  source_site where;
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

/// Times are nanoseconds since the trace began, within the trace.
struct task_life
{
  task_id id = 0;
  task_id parent = 0;
  /// Stays "task" for one that ended between the trace's end and the making of this.
  char const* name = "task";
  source_site spawned_at;
  std::int64_t begin = 0;
  std::int64_t end = 0;
  bool spawned = false;           ///< during the trace
  std::string_view outcome = {};  ///< "finished", "failed"; empty when it outlives the trace
  /// By begin, the longer first. Two nest or do not overlap.
  std::vector<task_slice> slices;
};

struct task_timeline
{
  /// How many tasks are shown that neither ran nor began nor ended; there may be any number.
  static constexpr std::size_t idle_limit = 10'000;

  process_identity process;
  std::vector<task_life> lives;  ///< in the order of their ids
  std::chrono::nanoseconds duration{0};
  bool full = false;            ///< as in recorded_trace
  std::size_t idle_hidden = 0;  ///< idle tasks beyond the limit

  /// Of memory, about.
  [[nodiscard]] std::size_t bytes() const noexcept
  {
    auto sum = lives.capacity() * sizeof(task_life);
    for (auto const& life : lives)
      sum += life.slices.capacity() * sizeof(task_slice);
    return sum;
  }
};

/// Reads the live tasks too, so soon after the trace's end. A task waits for what it began last, as
/// in task_info: of the operations that a group begins at once, all but the last show as waits
/// without length. A wait lasts until the operation completes in the task; what the task executes
/// for the operation before that lies inside the wait.
[[nodiscard]] task_timeline make_task_timeline(recorded_trace const& trace,
                                               std::size_t idle_limit = task_timeline::idle_limit);

}  // namespace leaklab::model
