#include "probe/allocator.hpp"
#include "probe/allocator_frames.hpp"
#include "probe/get_stack_trace.hpp"
#include "probe/sample_weight.hpp"

#include <leaklab/heap.hpp>

#include <dlfcn.h>
#include <gperftools/malloc_extension.h>
#include <gperftools/nallocx.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace leaklab
{
namespace
{

/// The variable behind TCMALLOC_SAMPLE_PARAMETER, null when this tcmalloc has none. The mangled
/// name holds the name of its type: int64 until gperftools 2.10, int64_t since
/// (base/commandlineflags.h, DECLARE_int64).
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

/// Brings this thread's sampler past the next sampling point, where it takes over a new period. A
/// thread that has allocated while sampling was off has up to 16 MiB to go (tcmalloc's sampler.cc,
/// PickNextSamplingPoint); so has the first thread of a program, which allocates before tcmalloc
/// has looked at TCMALLOC_SAMPLE_PARAMETER.
void pass_sampling_point()
{
  constexpr std::size_t block = 1 << 20;
  for (int i = 0; i <= 16; ++i)
  {
    void* const volatile passed = std::malloc(block);
    std::free(passed);
  }
}

/// Null when there is nothing to sample.
std::int64_t* sample_parameter() noexcept
{
  static std::int64_t* const found = []
  {
    prepare_to_capture();
    auto* const parameter = malloc_is_tcmalloc() ? find_sample_parameter() : nullptr;
    if (parameter && *parameter > 0) pass_sampling_point();
    return parameter;
  }();
  return found;
}

std::atomic<std::int64_t> fixed_period{0};

/// The period that is fixed now: `wanted`, when there was none before.
std::int64_t fix_period(std::int64_t wanted) noexcept
{
  std::int64_t fixed = 0;
  return wanted > 0 && fixed_period.compare_exchange_strong(fixed, wanted) ? wanted
                                                                           : fixed_period.load();
}

/// Sums up ReadStackTraces' words: count, size, depth, then so many addresses; a count of 0 ends
/// them (malloc_extension.h).
counted_samples count_entries(std::unique_ptr<void*[]> const& entries)
{
  counted_samples counts;
  if (!entries) return counts;
  for (void** entry = entries.get(); *entry;)
  {
    auto const word = [entry](std::size_t i) { return reinterpret_cast<std::uintptr_t>(entry[i]); };
    std::span<void* const> const stack(entry + 3, word(2));
    counts[{without_allocator(stack), word(1)}] += static_cast<double>(word(0));
    entry += 3 + stack.size();
  }
  return counts;
}

/// `weight` tells of a size how many objects a sample stands for.
template <class Weight>
std::vector<heap_sample> listed(counted_samples const& counts, Weight weight)
{
  std::vector<heap_sample> samples;
  for (auto const& [stack_and_size, count] : counts)
  {
    auto const& [stack, size] = stack_and_size;
    double const objects = count * weight(size);
    samples.push_back({objects, objects * static_cast<double>(size), size, stack});
  }
  return samples;
}

}  // namespace

sampling_switch set_heap_sampling_period(std::int64_t period_bytes)
{
  std::int64_t* const parameter = sample_parameter();
  if (!parameter) return sampling_switch::unavailable;
  std::int64_t const before = heap_sampling_period();
  fix_period(before);  // which the environment may have set
  std::int64_t const period = std::max<std::int64_t>(period_bytes, 0);
  if (period > 0 && fix_period(period) != period) return sampling_switch::refused;
  std::atomic_ref(*parameter).store(period, std::memory_order_relaxed);
  if (period > 0 && period != before) pass_sampling_point();
  return sampling_switch::done;
}

std::int64_t heap_sampling_period() noexcept
{
  std::int64_t* const parameter = sample_parameter();
  return parameter ? std::atomic_ref(*parameter).load(std::memory_order_relaxed) : 0;
}

std::int64_t fixed_heap_sampling_period() noexcept
{
  return fix_period(heap_sampling_period());
}

void count_sample(counted_samples& into, std::span<std::uintptr_t const> stack, std::size_t size)
{
  std::vector<void*> noted;
  for (auto const address : stack)
    noted.push_back(reinterpret_cast<void*>(address));
  into[{without_allocator(noted), size}] += 1;
}

std::vector<heap_sample> weighted(counted_samples const& counts)
{
  auto const period = static_cast<double>(fixed_heap_sampling_period());
  return listed(counts,
                [period](std::size_t size)
                {
                  auto const drawn_size = static_cast<double>(nallocx(size, 0));
                  // -expm1(-x) is 1 - exp(-x) without the loss of digits for a small x.
                  return 1 / -std::expm1(-drawn_size / period);
                });
}

std::vector<heap_sample> read_heap_samples()
{
  if (fixed_heap_sampling_period() == 0) return {};
  int reported_period = 0;
  std::unique_ptr<void*[]> const live(
      MallocExtension::instance()->ReadStackTraces(&reported_period));
  return weighted(count_entries(live));
}

std::vector<heap_sample> read_heap_growth()
{
  if (!malloc_is_tcmalloc()) return {};
  std::unique_ptr<void*[]> const taken(MallocExtension::instance()->ReadHeapGrowthStackTraces());
  return listed(count_entries(taken), [](std::size_t) { return 1.0; });
}

}  // namespace leaklab
