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
#include <span>
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

/// ReadStackTraces' words: count, size, depth, then so many addresses; a count of 0 ends them
/// (malloc_extension.h). Objects of one stack and size are one sample. `stands_for` tells, of a size and the
/// note at the end of the stack, for how many objects one of them stands.
template <class Weight>
std::vector<heap_sample> read_entries(std::unique_ptr<void*[]> const& entries, Weight stands_for)
{
  std::vector<heap_sample> samples;
  if (!entries) return samples;
  std::map<std::pair<std::vector<std::uintptr_t>, std::size_t>, double> objects;
  for (void** entry = entries.get(); *entry;)
  {
    auto const word = [entry](std::size_t i) { return reinterpret_cast<std::uintptr_t>(entry[i]); };
    std::span<void* const> stack(entry + 3, word(2));
    entry += 3 + stack.size();
    auto const note = take_note(stack);
    auto const stood_for = static_cast<double>(word(0)) * stands_for(word(1), note);
    objects[{without_allocator(stack), word(1)}] += stood_for;
  }
  for (auto const& [kind, count] : objects)
    samples.push_back({count, count * static_cast<double>(kind.second), kind.second, kind.first});
  return samples;
}

/// The period of samples that have no note of it: those from before the first note, and all where the
/// allocator does not take notes. 0 while nobody has set a period: that of TCMALLOC_SAMPLE_PARAMETER is in
/// force.
std::atomic<std::int64_t> period_without_note{0};

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

  static std::mutex one_at_a_time;
  std::lock_guard const lock(one_at_a_time);
  std::int64_t const period = std::max<std::int64_t>(period_bytes, 0);
  std::int64_t const before = heap_sampling_period();
  if (before > 0 && !allocator_takes_notes()) period_without_note = before;
  if (period > 0) note_in_allocator_stacks(period);
  std::atomic_ref(*parameter).store(period, std::memory_order_relaxed);
  if (period > 0 && period != before) pass_sampling_point();
  if (period > 0 && !allocator_takes_notes()) period_without_note = period;
  return true;
}

std::int64_t heap_sampling_period() noexcept
{
  std::int64_t* const parameter = sample_parameter();
  return parameter ? std::atomic_ref(*parameter).load(std::memory_order_relaxed) : 0;
}

bool heap_samples_keep_their_period() noexcept
{
  return allocator_takes_notes();
}

std::vector<heap_sample> read_heap_samples()
{
  int reported_period = 0;
  std::unique_ptr<void*[]> const entries(MallocExtension::instance()->ReadStackTraces(&reported_period));
  auto const without_note = period_without_note > 0 ? period_without_note.load() : heap_sampling_period();
  return read_entries(entries,
                      [&](std::size_t size, std::optional<std::int64_t> note)
                      {
                        auto const drawn_size = static_cast<double>(nallocx(size, 0));
                        auto const period = static_cast<double>(note.value_or(without_note));
                        // -expm1(-x) is 1 - exp(-x) without the loss of digits for a small x.
                        return 1 / -std::expm1(-drawn_size / period);
                      });
}

std::vector<heap_sample> read_heap_growth()
{
  std::unique_ptr<void*[]> const entries(MallocExtension::instance()->ReadHeapGrowthStackTraces());
  return read_entries(entries, [](std::size_t, std::optional<std::int64_t>) { return 1.0; });
}

}  // namespace leaklab
