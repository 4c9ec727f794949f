// What the allocator says about the heap: how much is in use, how much it keeps for later, and a sample of
// who asked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace leaklab
{

/// Bytes by owner. With tcmalloc: heap_bytes = in_use + free + unmapped + caches; the allocator's own
/// bookkeeping is in none of them. The figures are read one after the other, so the sum holds while nobody
/// allocates. Under a sanitizer `tcmalloc` is false, the C library's mallinfo2 gives what it can, and the
/// rest stays 0.
struct heap_stats
{
  bool tcmalloc = false;
  std::uint64_t in_use_bytes =
      0;                         ///< given to the program and not yet given back, rounded up to size classes
  std::uint64_t heap_bytes = 0;  ///< address space that the allocator has taken from the system
  std::uint64_t free_bytes = 0;  ///< whole free pages still backed by memory: part of RSS
  std::uint64_t unmapped_bytes = 0;       ///< whole free pages given back to the system: not part of RSS
  std::uint64_t thread_cache_bytes = 0;   ///< free objects in the caches of threads: part of RSS
  std::uint64_t central_cache_bytes = 0;  ///< free objects in the central and transfer caches: part of RSS
};

/// Any thread; takes the allocator's locks for a moment.
[[nodiscard]] heap_stats read_heap_stats();

/// A live allocation that the sampler chose.
struct heap_sample
{
  double objects = 0;                 ///< how many objects like this one it stands for
  double bytes = 0;                   ///< and their bytes: objects times the size that was asked for
  std::size_t size = 0;               ///< bytes that this allocation asked for
  std::vector<std::uintptr_t> stack;  ///< return addresses, innermost first
};

/// Starts sampling, about one allocation in `period_bytes` bytes; 0 stops it, and samples of live objects
/// stay. tcmalloc documents no call for this: the function writes the flag behind TCMALLOC_SAMPLE_PARAMETER,
/// which tcmalloc reads again each time it draws the next sampling point. A thread that has allocated before
/// takes the new period over at its next sampling point, which is at most 16 MiB of allocation away; a new
/// thread at once. False when this allocator cannot sample. Call it before other threads start.
bool set_heap_sampling_period(std::int64_t period_bytes) noexcept;

/// Bytes; 0 when sampling is off or not to be had.
[[nodiscard]] std::int64_t heap_sampling_period() noexcept;

/// The live sampled objects, each scaled by 1 / (1 - exp(-s / period)), where s is the size of the size class
/// that the object came from (nallocx): that is the size which tcmalloc's sampler draws with. Once sampling
/// has stopped, `period` is the last one in force. Empty when sampling was never on.
[[nodiscard]] std::vector<heap_sample> read_heap_samples();

}  // namespace leaklab
