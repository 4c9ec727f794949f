// Tasks that nothing can wake: proven, not guessed from how long they have waited.
//
// A task is stuck when it waits and no root reaches any of its coroutine frames. What resumes a task
// is the handler of its operation, and the handler refers to the frames: it lies in the channel that
// the task waits on, in the queue of a timer or a descriptor, in the queue of an executor, or with
// whatever else will complete it. When nothing that the program can still come to leads there, nobody
// has anything to complete the operation with, now or later. So a task is not stuck that waits for a
// timer that is armed, for a descriptor that a reactor knows, for a handler that has been posted, or
// for a channel that a variable, a thread's stack or a task that is not stuck itself refers to. Two
// tasks that only refer to each other are both stuck, and so is one that waits for a stuck one.
//
// Some words lead to every task without being of use to wake one: they merely list what there is.
// The child sets these to null before it marks (roots.hpp, mark.hpp):
// - in the runtime's record of each task, where its frames are, and its tables of tasks and waits;
// - in Asio's service of channels, the list of all channels of a context (channel_links.hpp);
// - in a scope that is cancelled only as the program ends, the signals that cancel its tasks
//   (task/exit_scopes.hpp). Those of any other scope count, as does each other cancellation_signal.
// - in memory that a thread of Asio's keeps for the next operation, the words of the last
//   (recycled_memory.hpp).
// Everything else counts as a reference, in case of doubt also an old word on a stack or in a part of a
// block that its owner has not written: then a stuck task is not found, or found later. So how many
// are found is no measure of how many there are.
//
// What the mark cannot see is said in lost_objects.hpp, and it makes a task look stuck that is not: the
// only reference to a channel is kept by exclusive or, as an offset, at an address that is no multiple
// of four, in a pipe, or in memory that forked children do not get.
//
// As a check, a task that runs or is in an executor's queue must have been reached. If one has not, the
// program keeps references in such a way, and nothing is said of any task.
//
// A task whose channel is a variable of a coroutine that is alive, of the one that spawned it, say, is
// not stuck even if that coroutine will never use the channel again: it could.
#pragma once

#include "graph/heap_look.hpp"

#include <leaklab/task.hpp>

#include <cstdint>
#include <vector>

namespace leaklab::graph
{

struct stuck_task
{
  task_id id = 0;
  std::uint32_t since = 0;  ///< tells the wait from a later one of the task (known_frames)

  auto operator<=>(stuck_task const&) const = default;
};

struct stuck_tasks : heap_look
{
  std::vector<stuck_task> found;  ///< by id
  std::uint64_t waiting = 0;      ///< tasks that waited, of which `found` is a part
};

/// One mark. Blocks the caller for about as long as it takes to read the heap. Any thread.
[[nodiscard]] stuck_tasks look_for_stuck_tasks();

/// What both say, with the longer pause and time. A task is believed to be stuck when two marks at
/// different times say so of the same wait.
[[nodiscard]] stuck_tasks in_both(stuck_tasks first, stuck_tasks const& second);

}  // namespace leaklab::graph
