// Who holds an object of the heap: a shortest path of references to it from a root.
//
// For objects that the heap sampler chose, as of these it is known who allocated them. The oldest of
// a place are the ones to ask about: what is used and freed is young.
//
// Variables and the coroutine frames of live tasks come first: only what none of these leads to is
// looked for from other roots. A word on a stack may be old, a variable says what it holds.
#pragma once

#include "graph/heap_look.hpp"
#include "graph/held_block.hpp"
#include "graph/holding_root.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace leaklab::graph
{

struct holding_path
{
  std::size_t place = 0;             ///< of those that were asked about
  std::uintptr_t hidden_object = 0;  ///< the object's address, complemented: no reference to it
  /// The object first, then the block that refers to it, and so on. Of a long path some in the middle
  /// are left out, `left_out` behind the first half.
  std::vector<held_block> blocks;
  std::size_t left_out = 0;
  holding_root root;
};

struct holders : heap_look
{
  std::vector<holding_path> paths;
};

/// Stacks as heap_sample has them.
using allocating_stacks = std::vector<std::vector<std::uintptr_t>>;

/// Of each place up to `most` of the oldest sampled objects that one of its stacks has allocated, with
/// a path to each. One mark, and a second where the first has found no root for an object: then both
/// agree, or the path is the second's. Blocks the caller for about as long as it takes to read the
/// heap. Any thread.
[[nodiscard]] holders look_for_holders(std::vector<allocating_stacks> const& places,
                                       std::size_t most);

}  // namespace leaklab::graph
