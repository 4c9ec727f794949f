// Which tasks will never go on, proven by what refers to what in the memory of this process.
//
//     leaklab::testing::task_leak_guard const guard(
//         LEAKLAB_GOOGLETEST, {.context = &context, .prove = leaklab::find_stuck_tasks});
//
// A task that waits is stuck when nothing in the program can complete its operation any more: when only
// the task itself still has the channel that it receives from, say. A task that waits for a timer, for a
// descriptor, or on a channel that a variable, a thread's stack or another task refers to is not stuck,
// even if nobody will ever use the channel again: somebody could. So this proves leaks, and that a task
// is not among them proves nothing. A word that nobody has written since it was a reference hides a stuck
// task, too.
//
// What it cannot see makes a task look stuck that is not: a channel or a handler to which the only
// reference is kept by exclusive or, as an offset, at an address that is no multiple of four, in a pipe,
// or in memory that forked children do not get. Leave it alone in a program that does so.
#pragma once

#include <leaklab/task.hpp>

#include <vector>

namespace leaklab
{

/// The tasks that two looks at all memory, a quarter of a second apart, agree on, or none where the
/// first look finds none; rising. For each look all threads stand still for as long as a fork takes,
/// then the caller is blocked for as long as it takes to read the heap, and the others go on. They are
/// stopped by a real-time signal, so a call such as epoll_wait may return early with EINTR. Any thread.
///
/// Throws std::runtime_error where it is not known which tasks are stuck, and what() says why: malloc is
/// not tcmalloc, as under a sanitizer; another version of Boost.Asio than 1.81 to 1.83; a build without
/// RTTI; a thread that blocks all signals; io_uring.
[[nodiscard]] std::vector<task_id> find_stuck_tasks();

}  // namespace leaklab
