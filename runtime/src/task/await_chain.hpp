// The coroutines of a suspended task, read out of Asio's frames.
#pragma once

#include <leaklab/task.hpp>

#include <cstdint>

namespace leaklab::detail
{

/// Fills in the frames of `info`, innermost first; `stack` is what set_stack() was given. Only while
/// the task is held still (task_record::look). A frame is named by its resume function, which both
/// GCC and Clang keep in the first word of a coroutine's memory. Asio's own frames are in there too.
void read_await_chain(void* const* stack, task_info& info) noexcept;

/// Offsets in one of Asio's frames: of the coroutine's memory, of the frame that awaits it, of the
/// address of the std::source_location of that co_await. All 0 when chains are not read.
struct frame_offsets
{
  std::uint64_t memory = 0;
  std::uint64_t caller = 0;
  std::uint64_t awaits_at = 0;
};
[[nodiscard]] frame_offsets await_chain_layout() noexcept;

}  // namespace leaklab::detail
