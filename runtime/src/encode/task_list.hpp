// Task by task: as text in the manner of a goroutine dump, and as JSON.
#pragma once

#include "encode/pieces.hpp"
#include "model/task_list.hpp"
#include "symbols/place_book.hpp"

namespace leaklab::encode
{

/// The blocks of symbols::task_blocks(), and a line that says how many tasks are not shown. `places`
/// outlives the result.
[[nodiscard]] pieces tasks_as_text(model::task_list list, symbols::place_book& places);

/// {"total": n, "matching": n, "shown": n, "tasks": [{"id", "parent", "name", "state", "operation",
/// "waiting_seconds", "frame_bytes", "frames": [{"function", "file", "line"}, …], "spawned_at":
/// {…}}, …]}. The first frame is the place of waiting. operation and waiting_seconds are null for a
/// task that is in no tracked operation. A task that waits in several branches at once has
/// "branches": [{"operation", "waiting_seconds", "at": {"function", "file", "line"} or null}, …].
/// `places` outlives the result.
[[nodiscard]] pieces tasks_as_json(model::task_list list, symbols::place_book& places);

}  // namespace leaklab::encode
