// The coroutines of a suspended task, read out of Asio's frames.
#pragma once

#include <leaklab/task.hpp>

namespace leaklab::detail
{

/// Fills in the frames of `info`, innermost first; `entry_point` is what set_frames() was given.
/// Only while the task is held still (task_record::look). A frame is named by its resume function,
/// which both GCC and Clang keep in the first word of a coroutine's memory. Asio's own frames are
/// in there too.
void read_await_chain(void* entry_point, task_info& info) noexcept;

/// Asks for the memory that read_await_chain will read first: call both a while before, one after
/// the other. `entry_point` may be null.
void prefetch_entry_point(void* entry_point) noexcept;
void prefetch_await_chain(void* entry_point) noexcept;

}  // namespace leaklab::detail
