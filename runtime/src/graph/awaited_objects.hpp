// What tasks wait for: the channel, the timer, the descriptor or the task that will wake them, and who
// else can come to it.
//
// An operation that waits lies in a queue of what completes it (asio_queues.hpp), and its handler has a
// word that names the task. The end of another task is waited for by a handler in one of its coroutine
// frames.
//
// A coroutine refers to an object when a word of one of its frames is an address in the object, or in
// the block of the heap that the object lies in. What a coroutine reaches over other blocks is not
// among these.
#pragma once

#include "graph/asio_queues.hpp"
#include "graph/heap_look.hpp"
#include "graph/held_block.hpp"
#include "graph/holding_root.hpp"
#include "graph/stuck_tasks.hpp"

#include <leaklab/task.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace leaklab::graph
{

struct waiter
{
  task_id task = 0;  ///< 0 for a handler without the words of one
  /// Asio's function that completes the operation: its name has the type of the handler. 0 when
  /// another task's end is awaited.
  std::uintptr_t function = 0;
};

struct awaited_object : awaited_thing
{
  task_id task = 0;  ///< that is to end

  // Where a channel or a timer lies; in a coroutine frame it is both in a block and a task's:
  std::optional<held_block> block;  ///< of the heap
  holding_root root;                ///< nothing where it lies in another block of the heap

  /// In the order in which they wait. To be believed when the handler's type is that of a task's
  /// handler: the memory of another may have the words of one before.
  std::vector<waiter> waiters;
  std::vector<task_id> referrers;  ///< tasks whose coroutines refer to it, sorted; waiters, too
};

struct awaited_objects : heap_look
{
  std::vector<awaited_object> found;
  /// Whether it is known which tasks are stuck; why not, otherwise.
  std::string no_proof;
  std::vector<stuck_task> stuck;  ///< by id
  /// When it was asked, before the look.
  std::chrono::steady_clock::time_point asked_at{};
};

/// One mark. Blocks the caller for about as long as it takes to read the heap. Any thread.
[[nodiscard]] awaited_objects look_for_awaited_objects();

/// See two_marks.hpp: that tasks are stuck is all that a second mark must agree on.
[[nodiscard]] inline bool says_all(awaited_objects const& first)
{
  return first.stuck.empty();
}

/// The objects of the second, and as stuck the tasks that are so in both.
[[nodiscard]] awaited_objects in_both(awaited_objects first, awaited_objects const& second);

}  // namespace leaklab::graph
