// What is mapped into this process, as /proc/self/maps has it, read without the heap.
#pragma once

#include "graph/workspace.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace leaklab::graph
{

enum class backing : std::uint8_t
{
  nothing,  ///< anonymous: the heap, stacks, what mmap gave
  file,
  memory,  ///< a file that lies in memory: memfd, /dev/shm, /dev/zero
  device,  ///< reading it may have an effect
  kernel   ///< the kernel's own: vdso, vvar
};

struct region : range
{
  graph::backing backing = backing::nothing;
  bool readable = false;
  bool writable = false;
  bool shared = false;
  bool is_main_stack = false;
  bool is_program_break = false;  ///< "[heap]", what sbrk gave
  bool lies_on_a_guard = false;   ///< directly below it is what nobody may touch
};

/// One thread.
class memory_map
{
 public:
  /// False when it cannot be read, or is too long.
  [[nodiscard]] bool read(workspace& space) noexcept;

  [[nodiscard]] std::span<region const> regions() const noexcept
  {
    return {regions_.begin(), regions_.end()};
  }

  /// Null when nothing is mapped there.
  [[nodiscard]] region const* find(std::uintptr_t address) const noexcept;

  /// Whether all of it may be read.
  [[nodiscard]] bool is_readable(std::uintptr_t address, std::size_t bytes) const noexcept;

  /// False, and nothing is loaded, where a T cannot lie or not all of it may be read.
  template <class T>
  [[nodiscard]] bool load(std::uintptr_t address, T& into) const noexcept
  {
    if (address % alignof(T) != 0 || !is_readable(address, sizeof(T))) return false;
    into = graph::load<T>(address);
    return true;
  }

  /// The kernel keeps pointers for a queue that this process has: io_uring, or the older aio.
  [[nodiscard]] bool has_kernel_queue() const noexcept { return has_kernel_queue_; }

 private:
  array<region> regions_;
  bool has_kernel_queue_ = false;
};

}  // namespace leaklab::graph
