// Blocks that lie in the caches of threads: free, though old words may refer to them, and full of old
// words themselves.
#pragma once

#include "graph/block_table.hpp"
#include "graph/workspace.hpp"

#include <cstdint>
#include <cstring>

namespace leaklab::graph
{

/// tcmalloc::ThreadCache::FreeList (gperftools 2.10 to 2.16, src/thread_cache.h).
struct free_list_record
{
  std::uintptr_t first;
  std::uint32_t length;
  std::uint32_t low_water;
  std::uint32_t most;
  std::uint32_t overages;
  std::int32_t block_size;
};

/// Calls `found` with each block of each list whose record lies in `memory`, which is tcmalloc's own.
/// A record is believed when as many blocks as it says follow one another, all of the size that it
/// says, and the last one ends the list.
template <class Found>
void for_each_free_block(range const& memory, block_table const& blocks, Found found) noexcept
{
  auto const is_of = [&](std::uintptr_t address, std::size_t size, block& which)
  {
    return blocks.find(address, which) && blocks.bytes_of(which).begin == address &&
           blocks.spans()[which.span].block == size;
  };
  auto const next_of = [](std::uintptr_t address)
  {
    std::uintptr_t next;
    std::memcpy(&next, reinterpret_cast<void const*>(address), sizeof next);
    return next;
  };
  for (auto at = memory.begin; at + sizeof(free_list_record) <= memory.end;
       at += sizeof(std::uintptr_t))
  {
    free_list_record list;
    std::memcpy(&list, reinterpret_cast<void const*>(at), sizeof list);
    if (list.length == 0 || list.block_size <= 0) continue;
    auto const size = static_cast<std::size_t>(list.block_size);
    block which;
    auto address = list.first;
    std::uint32_t length = 0;
    while (length != list.length && is_of(address, size, which))
    {
      address = next_of(address);
      ++length;
    }
    if (length != list.length || address != 0) continue;
    for (address = list.first; address != 0 && is_of(address, size, which);
         address = next_of(address))
      found(which);
  }
}

}  // namespace leaklab::graph
