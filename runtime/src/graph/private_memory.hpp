// Words of this process that a forked child may overwrite, so that the mark does not follow them: the
// child's memory is a copy.
#pragma once

#include "graph/memory_map.hpp"

#include <cstddef>
#include <cstdint>

namespace leaklab::graph
{

/// Whether a child has memory here that is its own. Shared memory is not: its parent would see what
/// the child writes.
[[nodiscard]] inline bool is_private(memory_map const& map, void const* begin,
                                     std::size_t bytes) noexcept
{
  auto const address = reinterpret_cast<std::uintptr_t>(begin);
  auto const* const region = map.find(address);
  return region && region->readable && region->writable && !region->shared &&
         bytes <= region->end - address;
}

}  // namespace leaklab::graph
