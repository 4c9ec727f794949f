// The coroutines of a suspended task, read out of Asio's frames.
#pragma once

#include <leaklab/task.hpp>

namespace leaklab::detail
{

/// Fills in the frames of `info`, innermost first; `stack` is what set_stack() was given. Only while
/// the task is held still (task_record::look). A frame is named by its resume function, which both
/// GCC and Clang keep in the first word of a coroutine's memory. Asio's own frames are in there too.
void read_await_chain(void* const* stack, task_info& info) noexcept;

}  // namespace leaklab::detail
