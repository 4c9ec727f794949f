// The heap and the processor as seen without gperftools, which the sanitizers exclude: totals from
// the C library, no samples, and nothing that pretends otherwise.
#include "probe/allocator.hpp"
#include "probe/cpu_profiler.hpp"

#include <leaklab/heap.hpp>

#include <malloc.h>

namespace leaklab
{

heap_stats read_heap_stats()
{
  struct mallinfo2 const info = mallinfo2();
  heap_stats stats;
  stats.in_use_bytes = info.uordblks + info.hblkhd;
  stats.heap_bytes = info.arena + info.hblkhd;
  stats.free_bytes = info.fordblks;
  stats.watched = stats.in_use_bytes != 0;  // a sanitizer's malloc leaves nothing to mallinfo2
  stats.allocator = malloc_library();
  return stats;
}

void release_free_heap()
{
  malloc_trim(0);
}

sampling_switch set_heap_sampling_period(std::int64_t)
{
  return sampling_switch::unavailable;
}
std::int64_t heap_sampling_period() noexcept
{
  return 0;
}
std::int64_t fixed_heap_sampling_period() noexcept
{
  return 0;
}
std::vector<heap_sample> read_heap_samples()
{
  return {};
}
std::vector<heap_sample> read_heap_growth()
{
  return {};
}
bool set_allocation_sampling_period(std::int64_t)
{
  return false;
}
std::int64_t allocation_sampling_period() noexcept
{
  return 0;
}
std::vector<heap_sample> read_allocations()
{
  return {};
}

cpu_profiler::cpu_profiler()
{
  throw cpu_profiler_unavailable(
      "this program was built without the CPU profiler, as sanitizers demand");
}
cpu_profiler::~cpu_profiler() = default;
std::string cpu_profiler::stop()
{
  return {};
}

}  // namespace leaklab
