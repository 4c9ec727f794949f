// Sampled objects of the heap that nothing in this process refers to any more: lost for good.
//
// Looked for in a forked child, which marks what can be reached (roots.hpp, mark.hpp) while the
// process goes on. Only objects that the heap sampler chose are named, as of the others it is not
// known which are free. An object that a live one refers to is not lost, even if nobody will ever
// use it. What is not seen, and makes a live object look lost: a reference that is kept as something
// else than an address (by exclusive or, as an offset, compressed, at an address that is no multiple
// of four), in a file or a pipe, in a device's memory, or in memory that the program keeps from
// forked children (MADV_DONTFORK). With io_uring or the kernel's aio, where the kernel keeps
// references, there is no answer.
#pragma once

#include "graph/heap_look.hpp"

#include <leaklab/heap.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace leaklab::graph
{

struct lost_object
{
  /// The complement of its address: a copy of the address would be a reference to it.
  std::uintptr_t hidden_address = 0;
  std::size_t size = 0;               ///< bytes asked for
  std::vector<std::uintptr_t> stack;  ///< as the allocator has noted it, innermost first

  bool operator==(lost_object const&) const = default;
};

struct lost_objects : heap_look
{
  std::vector<lost_object> found;
  std::uint64_t blocks = 0;     ///< of the heap, free ones too
  std::uint64_t reached = 0;    ///< of them
  std::uint64_t samples = 0;    ///< live ones, of which `found` is a part
  std::size_t child_bytes = 0;  ///< memory of the child's own
};

/// One mark. Blocks the caller for about as long as it takes to read the heap. Any thread.
[[nodiscard]] lost_objects look_for_lost_objects();

/// What both say, with the longer pause and time. An object is believed to be lost when two marks at
/// different times say so.
[[nodiscard]] lost_objects in_both(lost_objects first, lost_objects const& second);

/// By stack and size, weighted as read_heap_samples() weighs them.
[[nodiscard]] std::vector<heap_sample> as_heap_samples(lost_objects const& lost);

}  // namespace leaklab::graph
