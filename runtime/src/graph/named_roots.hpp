// Where references from outside the heap lie, by names: in a variable, in a task's coroutine frame, on
// a thread's stack.
#pragma once

#include "graph/heap_snapshot.hpp"
#include "graph/holding_root.hpp"
#include "graph/task_frames.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace leaklab::graph
{

/// The block of a file's thread-local variables, in the thread that has asked.
struct thread_local_block
{
  std::uintptr_t module = 0;  ///< an address in the file
  range bytes;
};

/// Of all files. Waits for the loader's lock.
[[nodiscard]] std::vector<thread_local_block> find_thread_local_blocks();

/// For a forked child.
class named_roots
{
 public:
  /// `tasks` are all records (task_table.hpp), `blocks` those of the thread that has forked, whose id is
  /// `own_thread`.
  named_roots(heap_snapshot& heap, looking_child const& child,
              std::span<std::span<detail::task_record> const> tasks,
              std::span<thread_local_block const> blocks, int own_thread) noexcept;

  /// False when there was no memory for them.
  [[nodiscard]] explicit operator bool() const noexcept { return is_whole_; }

  /// Those that tell who holds what they refer to: the frames of tasks and the variables. A word on a
  /// stack may be left over from a call that has ended.
  [[nodiscard]] std::span<range const> telling() const noexcept
  {
    return {telling_.begin(), telling_.end()};
  }

  [[nodiscard]] task_frames const& frames() const noexcept { return frames_; }

  /// What the word of a root lies in, or of telling().
  [[nodiscard]] holding_root find(std::uintptr_t address) const noexcept;

 private:
  [[nodiscard]] bool is_on_stack(std::uintptr_t address,
                                 stopped_thread const& thread) const noexcept;

  heap_snapshot const& heap_;
  std::span<stopped_thread const> others_;
  array<stopped_thread> all_;
  std::span<thread_local_block const> blocks_;
  task_frames frames_;
  array<range> telling_;
  bool is_whole_ = false;
};

}  // namespace leaklab::graph
