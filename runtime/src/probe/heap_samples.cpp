#include "probe/allocator_frames.hpp"
#include "probe/stack_trace.hpp"

#include <leaklab/heap.hpp>

#include <dlfcn.h>
#include <gperftools/malloc_extension.h>
#include <gperftools/nallocx.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace leaklab
{
namespace
{

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

/// Objects of one stack and size are one entry.
using stack_and_size = std::pair<std::vector<std::uintptr_t>, std::size_t>;
using counts = std::map<stack_and_size, std::uint64_t>;

/// ReadStackTraces' words: count, size, depth, then so many addresses; a count of 0 ends them
/// (malloc_extension.h).
counts parse(std::unique_ptr<void*[]> const& entries)
{
  counts result;
  if (!entries) return result;
  for (void** entry = entries.get(); *entry;)
  {
    auto const word = [entry](std::size_t i) { return reinterpret_cast<std::uintptr_t>(entry[i]); };
    std::uintptr_t const depth = word(2);
    result[{without_allocator({entry + 3, depth}), word(1)}] += word(0);
    entry += 3 + depth;
  }
  return result;
}

counts read_live_counts()
{
  int reported_period = 0;
  return parse(std::unique_ptr<void*[]>(MallocExtension::instance()->ReadStackTraces(&reported_period)));
}

/// tcmalloc does not keep the period with a sample. When it changes, this remembers how many samples of each
/// kind were drawn with the ones before.
class period_history
{
 public:
  struct drawn
  {
    std::int64_t period;
    std::uint64_t count;
  };

  /// The live samples, each kind split by the period that it was drawn with, the earliest first.
  [[nodiscard]] std::map<stack_and_size, std::vector<drawn>> attribute(counts&& live) const
  {
    std::map<stack_and_size, std::vector<drawn>> result;
    for (auto& [kind, count] : live)
    {
      std::vector<drawn> parts;
      std::uint64_t rest = count;
      if (auto const known = earlier_.find(kind); known != earlier_.end())
        for (auto const& before : known->second)
          if (auto const part = std::min(rest, before.count); part > 0)
          {
            parts.push_back({before.period, part});
            rest -= part;
          }
      if (rest > 0) parts.push_back({latest_, rest});
      result.emplace(kind, std::move(parts));
    }
    return result;
  }

  void change_to(std::int64_t period)
  {
    if (period == latest_) return;
    if (latest_ > 0) earlier_ = attribute(read_live_counts());
    latest_ = period;
  }

 private:
  std::map<stack_and_size, std::vector<drawn>> earlier_;
  std::int64_t latest_ = 0;  // above 0 once sampling was on: samples outlive its end
};

std::mutex history_mutex;
period_history& history()
{
  static period_history kept;
  return kept;
}

/// Brings this thread's sampler past the next sampling point, where it takes over a new period. A thread that
/// has allocated while sampling was off has up to 16 MiB to go (tcmalloc's sampler.cc,
/// PickNextSamplingPoint).
void pass_sampling_point()
{
  constexpr std::size_t block = 1 << 20;
  for (int i = 0; i <= 16; ++i)
  {
    void* const volatile passed = std::malloc(block);
    std::free(passed);
  }
}

}  // namespace

bool set_heap_sampling_period(std::int64_t period_bytes)
{
  std::int64_t* const parameter = sample_parameter();
  if (!parameter) return false;
  prepare_to_capture();

  std::lock_guard const lock(history_mutex);
  std::int64_t const period = std::max<std::int64_t>(period_bytes, 0);
  std::int64_t const before = heap_sampling_period();
  if (before > 0) history().change_to(before);  // also when TCMALLOC_SAMPLE_PARAMETER set it
  if (period > 0) history().change_to(period);
  std::atomic_ref(*parameter).store(period, std::memory_order_relaxed);
  if (period > 0 && period != before) pass_sampling_point();
  return true;
}

std::int64_t heap_sampling_period() noexcept
{
  std::int64_t* const parameter = sample_parameter();
  return parameter ? std::atomic_ref(*parameter).load(std::memory_order_relaxed) : 0;
}

std::vector<heap_sample> read_heap_samples()
{
  std::lock_guard const lock(history_mutex);
  if (auto const period = heap_sampling_period(); period > 0) history().change_to(period);
  std::vector<heap_sample> samples;
  for (auto& [kind, parts] : history().attribute(read_live_counts()))
  {
    heap_sample& sample = samples.emplace_back();
    sample.stack = kind.first;
    sample.size = kind.second;
    auto const drawn_size = static_cast<double>(nallocx(sample.size, 0));
    // -expm1(-x) is 1 - exp(-x) without the loss of digits for a small x.
    for (auto const& [period, count] : parts)
      if (period > 0)
        sample.objects += static_cast<double>(count) / -std::expm1(-drawn_size / static_cast<double>(period));
    sample.bytes = sample.objects * static_cast<double>(sample.size);
  }
  return samples;
}

std::vector<heap_sample> read_heap_growth()
{
  std::vector<heap_sample> all;
  std::unique_ptr<void*[]> const entries(MallocExtension::instance()->ReadHeapGrowthStackTraces());
  for (auto& [kind, count] : parse(entries))
  {
    auto const objects = static_cast<double>(count);
    all.push_back({objects, objects * static_cast<double>(kind.second), kind.second, kind.first});
  }
  return all;
}

}  // namespace leaklab
