// Who holds an object of the heap: a shortest path of references to it from a root.
//
// For objects that the heap sampler chose, as of these it is known who allocated them. The oldest of
// a place are the ones to ask about: what is used and freed is young.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace leaklab::graph
{

enum class root_kind : std::uint8_t
{
  nothing,    ///< no root leads to the object
  memory,     ///< a variable, or what the program has mapped: `address` tells which
  stack,      ///< of `thread`, or its thread-local storage
  registers,  ///< of `thread`
  kernel      ///< what an epoll or a timer has
};

/// A block on the path.
struct held_block
{
  std::size_t bytes = 0;
  std::size_t offset = 0;  ///< of the word that refers to the block before
  /// The block's first word, which is a vtable or a coroutine's function in many; 0 when it refers to
  /// the heap.
  std::uintptr_t first_word = 0;
  std::vector<std::uintptr_t> stack;  ///< that allocated it, when it is a sampled one
};

struct holding_path
{
  std::size_t place = 0;  ///< of those that were asked about
  /// The object first, then the block that refers to it, and so on. Of a long path some in the middle
  /// are left out, `left_out` behind the first half.
  std::vector<held_block> blocks;
  std::size_t left_out = 0;
  root_kind root = root_kind::nothing;
  std::uintptr_t address = 0;  ///< of the root's word; never of the heap
  int thread = 0;
};

struct holders
{
  std::string problem;  ///< why nothing is known; empty when it is
  std::vector<holding_path> paths;
  std::chrono::nanoseconds pause{0};
  std::chrono::nanoseconds time{0};
};

/// Of each place, a stack as heap_sample has it, up to `most` of the oldest sampled objects, with a
/// path to each. One mark. Blocks the caller for about as long as it takes to read the heap. Any
/// thread.
[[nodiscard]] holders look_for_holders(std::vector<std::vector<std::uintptr_t>> const& places,
                                       std::size_t most);

}  // namespace leaklab::graph
