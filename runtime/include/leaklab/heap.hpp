// What the allocator says about the heap: how much is in use, how much it keeps for later, and a
// sample of who asked.
//
// The allocator is gperftools' tcmalloc. Where malloc is another one all the same (jemalloc linked
// or preloaded; the runtime in a plug-in that a program without tcmalloc has loaded) tcmalloc knows
// nothing of the heap: heap_stats says so, and there are no samples to be had.
//
// A sampled profile estimates. Each byte that is allocated is a sampling point with probability 1 /
// period, and an object with a point in it is sampled; so an object of s bytes stands for 1 / (1 -
// exp(-s / period)) like it. That makes totals right on average, whatever the sizes. What is left
// is noise: a live set of B bytes in objects far smaller than the period reads right to about
// sqrt(period / B), one standard deviation; 100 MB at 64 KiB to 2.6 %. Objects far larger than the
// period are all sampled and read exactly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace leaklab
{

/// Bytes by owner. With tcmalloc: heap_bytes = in_use + free + unmapped + caches; the allocator's
/// own bookkeeping is in none of them. The figures are read one after the other, so the sum holds
/// while nobody allocates. In a build without tcmalloc the C library's mallinfo2 gives what it can,
/// and the rest stays 0.
struct heap_stats
{
  bool tcmalloc = false;  ///< whether tcmalloc is malloc
  bool watched = false;   ///< whether the figures below are known; when not, they are 0
  /// "tcmalloc", or the file name of the library that malloc is in: "libjemalloc.so.2".
  std::string_view allocator;

  /// Given to the program and not yet given back, rounded up to size classes.
  std::uint64_t in_use_bytes = 0;
  /// Address space that the allocator has taken from the system.
  std::uint64_t heap_bytes = 0;
  std::uint64_t free_bytes = 0;      ///< whole free pages still backed by memory: part of RSS
  std::uint64_t unmapped_bytes = 0;  ///< whole free pages given back to the system: not part of RSS
  std::uint64_t thread_cache_bytes = 0;  ///< free objects in the caches of threads: part of RSS
  /// Free objects in the central and transfer caches: part of RSS.
  std::uint64_t central_cache_bytes = 0;
};

/// Any thread; takes the allocator's locks for a moment.
[[nodiscard]] heap_stats read_heap_stats();

/// Gives the free pages back to the system: heap_stats::free_bytes become unmapped_bytes, and RSS
/// falls. What the caches hold stays. Any thread.
void release_free_heap();

/// An allocation that the sampler chose, or several of one stack and size.
struct heap_sample
{
  double objects = 0;  ///< how many objects like this one it stands for
  double bytes = 0;    ///< and their bytes: objects times the size that was asked for
  /// Bytes that this allocation asked for; 0 when they asked for several sizes.
  std::size_t size = 0;
  /// Return addresses, innermost first, from the caller of the allocator on.
  std::vector<std::uintptr_t> stack;
};

enum class sampling_switch
{
  done,
  refused,     ///< this process samples with another period: fixed_heap_sampling_period()
  unavailable  ///< malloc is not tcmalloc, or this tcmalloc cannot sample
};

/// Starts sampling with that mean distance in bytes, 0 or less stops it. A process has one period
/// for its life, the first that is set: here or, when the process starts, by the variable
/// TCMALLOC_SAMPLE_PARAMETER in its environment. tcmalloc does not keep the period of a sample, so
/// live ones of two periods could not be told apart; another period is refused and changes nothing.
/// Sampling can stop, where samples of live objects stay, and go on with the same period.
///
/// 512 KiB (524288) costs a service next to nothing; the lab's programs take 64 KiB, so that small
/// heaps read right too. Each sampled object lies on pages of its own, which costs about 8 KiB a
/// period.
///
/// tcmalloc documents no call for this: the function writes the flag behind
/// TCMALLOC_SAMPLE_PARAMETER, which tcmalloc reads again each time it draws the next sampling
/// point. The calling thread and new threads take the period over at once; another thread at its
/// next sampling point, which is at most 16 MiB of its allocations away when sampling was off. So
/// is that of the first thread where the environment has switched sampling on, until it calls one
/// of these functions or makes an endpoint. Any thread.
sampling_switch set_heap_sampling_period(std::int64_t period_bytes);

/// Bytes; 0 while sampling is off or not to be had. Any thread.
[[nodiscard]] std::int64_t heap_sampling_period() noexcept;

/// Bytes; the one period of this process, also while sampling is off; 0 until it has been on. Any
/// thread.
[[nodiscard]] std::int64_t fixed_heap_sampling_period() noexcept;

/// The live sampled objects. `objects` is 1 / (1 - exp(-s / period)), where s is the size of the
/// size class that the object came from (nallocx), which is the size that tcmalloc's sampler draws
/// with: weighting by the size that was asked for, as tcmalloc's own text does, reads 5,121 bytes
/// 17 % too high. Empty when sampling was never on. Any thread.
[[nodiscard]] std::vector<heap_sample> read_heap_samples();

/// Each time that the allocator took memory from the system: how much, and for whom. Exact,
/// complete since the program started, and never less: `objects` is 1. Empty without tcmalloc. Any
/// thread.
[[nodiscard]] std::vector<heap_sample> read_heap_growth();

/// Counts allocations from now on, also those that are freed again, by a sampler of the runtime's
/// own, as tcmalloc keeps only what is alive; its period may change. It costs a call for each
/// allocation, so it is off until somebody asks. The counters stay when it is switched off (0) and
/// go on when it is switched on again. False when this allocator cannot. Any thread.
bool set_allocation_sampling_period(std::int64_t period_bytes);

/// Bytes; 0 when allocations are not being counted.
[[nodiscard]] std::int64_t allocation_sampling_period() noexcept;

/// All allocations counted so far, by stack: the estimate of how many there were. An object that is
/// reallocated counts again. Any thread.
[[nodiscard]] std::vector<heap_sample> read_allocations();

}  // namespace leaklab
