// Records that tcmalloc keeps of its blocks, as gperftools 2.10 and 2.16 have them. No interface
// tells what they say, so whoever reads one believes it only where all of it agrees with the blocks.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace leaklab::graph
{

/// tcmalloc::Span (src/span.h).
struct span_record
{
  std::uintptr_t start;   // in pages
  std::uintptr_t length;  // in pages
  std::uintptr_t next;
  std::uintptr_t previous;
  std::uintptr_t content;  // the first of its free blocks; of a sampled object its trace
  std::uint16_t in_use;    // blocks
};

/// tcmalloc::StackTrace (src/common.h); so many addresses follow.
struct trace_record
{
  std::size_t size;
  std::size_t depth;
};

/// tcmalloc::ThreadCache::FreeList (src/thread_cache.h).
struct free_list_record
{
  std::uintptr_t first;
  std::uint32_t length;
  std::uint32_t low_water;
  std::uint32_t most;
  std::uint32_t overages;
  std::int32_t block_size;
};

/// The end of tcmalloc::CentralFreeList (src/central_freelist.h): lists on their way between threads.
struct transfer_cache_record
{
  struct slot
  {
    std::uintptr_t first;
    std::uintptr_t last;
  };
  std::array<slot, 64> slots;
  std::int32_t used;  // slots; what the others have is old
  std::int32_t size;
  std::int32_t most;
};

}  // namespace leaklab::graph
