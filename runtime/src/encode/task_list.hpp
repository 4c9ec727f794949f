// Task by task: as text in the manner of a goroutine dump, and as JSON.
#pragma once

#include "symbols/place_book.hpp"

#include <leaklab/task.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace leaklab::encode
{

/// Which tasks to list. Those beyond `limit` are counted, not shown, and the listing says so.
struct task_filter
{
  std::optional<task_state> state;
  std::chrono::milliseconds min_wait{0};
  std::size_t limit = 10'000;

  [[nodiscard]] bool accepts(task_info const& task) const noexcept
  {
    return (!state || task.state == *state) && task.waiting_for >= min_wait;
  }
};

/// The blocks of symbols::task_blocks().
[[nodiscard]] std::string tasks_as_text(task_filter const& filter, symbols::place_book& places);

/// {"total": n, "matching": n, "shown": n, "tasks": [{"id", "parent", "name", "state", "operation",
/// "waiting_seconds", "frame_bytes", "frames": [{"function", "file", "line"}, …], "spawned_at":
/// {…}}, …]}. The first frame is the place of waiting. operation and waiting_seconds are null for a
/// task that is in no tracked operation. A task that waits in several branches at once has
/// "branches": [{"operation", "waiting_seconds", "at": {"function", "file", "line"} or null}, …].
[[nodiscard]] std::string tasks_as_json(task_filter const& filter, symbols::place_book& places);

}  // namespace leaklab::encode
