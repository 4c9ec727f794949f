#include <leaklab/heap.hpp>

#if LEAKLAB_TCMALLOC
#include <dlfcn.h>
#include <gperftools/malloc_extension.h>
#include <gperftools/nallocx.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <memory>
#else
#include <malloc.h>
#endif

namespace leaklab
{
#if LEAKLAB_TCMALLOC
namespace
{

std::uint64_t property(char const* name)
{
  std::size_t value = 0;
  MallocExtension::instance()->GetNumericProperty(name, &value);
  return value;
}

/// The variable behind TCMALLOC_SAMPLE_PARAMETER, null when this tcmalloc has none. The mangled name holds
/// the name of its type: int64 until gperftools 2.10, int64_t since (base/commandlineflags.h, DECLARE_int64).
std::int64_t* find_sample_parameter() noexcept
{
  static constexpr char const* names[] = {
      "_ZN61FLAG__namespace_do_not_use_directly_use_DECLARE_int64_instead31FLAGS_tcmalloc_sample_parameterE",
      "_ZN63FLAG__namespace_do_not_use_directly_use_DECLARE_int64_t_instead31FLAGS_tcmalloc_sample_"
      "parameterE"};
  for (char const* name : names)
    if (void* const found = dlsym(RTLD_DEFAULT, name)) return static_cast<std::int64_t*>(found);
  return nullptr;
}

std::int64_t* sample_parameter() noexcept
{
  static std::int64_t* const found = find_sample_parameter();
  return found;
}

/// The last period above 0: samples taken with it outlive the end of sampling.
std::atomic<std::int64_t> last_period{0};

}  // namespace

heap_stats read_heap_stats()
{
  // Names: gperftools/malloc_extension.h.
  heap_stats stats;
  stats.tcmalloc = true;
  stats.in_use_bytes = property("generic.current_allocated_bytes");
  stats.heap_bytes = property("generic.heap_size");
  stats.free_bytes = property("tcmalloc.pageheap_free_bytes");
  stats.unmapped_bytes = property("tcmalloc.pageheap_unmapped_bytes");
  stats.thread_cache_bytes = property("tcmalloc.current_total_thread_cache_bytes");
  stats.central_cache_bytes =
      property("tcmalloc.central_cache_free_bytes") + property("tcmalloc.transfer_cache_free_bytes");
  return stats;
}

bool set_heap_sampling_period(std::int64_t period_bytes) noexcept
{
  std::int64_t* const parameter = sample_parameter();
  if (!parameter) return false;
  std::int64_t const period = std::max<std::int64_t>(period_bytes, 0);
  std::int64_t const before = std::atomic_ref(*parameter).exchange(period, std::memory_order_relaxed);
  if (std::int64_t const latest = period > 0 ? period : before; latest > 0) last_period = latest;
  return true;
}

std::int64_t heap_sampling_period() noexcept
{
  std::int64_t* const parameter = sample_parameter();
  return parameter ? std::atomic_ref(*parameter).load(std::memory_order_relaxed) : 0;
}

std::vector<heap_sample> read_heap_samples()
{
  std::int64_t const current = heap_sampling_period();
  double const period = static_cast<double>(current > 0 ? current : last_period.load());
  std::vector<heap_sample> samples;
  if (period <= 0) return samples;

  // Entries of words: count, size, depth, then so many addresses; a count of 0 ends them
  // (malloc_extension.h).
  int reported_period = 0;
  std::unique_ptr<void*[]> const entries(MallocExtension::instance()->ReadStackTraces(&reported_period));
  if (!entries) return samples;
  for (void** entry = entries.get(); *entry;)
  {
    auto const word = [entry](std::size_t i) { return reinterpret_cast<std::uintptr_t>(entry[i]); };
    std::uintptr_t const count = word(0);
    std::uintptr_t const size = word(1);
    std::uintptr_t const depth = word(2);
    heap_sample& sample = samples.emplace_back();
    // -expm1(-x) is 1 - exp(-x) without the loss of digits for a small x.
    sample.objects =
        static_cast<double>(count) / -std::expm1(-static_cast<double>(nallocx(size, 0)) / period);
    sample.bytes = sample.objects * static_cast<double>(size);
    sample.size = size;
    sample.stack.reserve(depth);
    for (std::uintptr_t i = 0; i < depth; ++i) sample.stack.push_back(word(3 + i));
    entry += 3 + depth;
  }
  return samples;
}

#else  // LEAKLAB_TCMALLOC

heap_stats read_heap_stats()
{
  struct mallinfo2 const info = mallinfo2();
  heap_stats stats;
  stats.in_use_bytes = info.uordblks + info.hblkhd;
  stats.heap_bytes = info.arena + info.hblkhd;
  stats.free_bytes = info.fordblks;
  return stats;
}

bool set_heap_sampling_period(std::int64_t) noexcept
{
  return false;
}
std::int64_t heap_sampling_period() noexcept
{
  return 0;
}
std::vector<heap_sample> read_heap_samples()
{
  return {};
}

#endif  // LEAKLAB_TCMALLOC
}  // namespace leaklab
