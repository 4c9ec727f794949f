#include "probe/period_history.hpp"
#include "unwind/allocator_frames.hpp"
#include "unwind/capture.hpp"

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
#include <optional>
#include <span>
#include <utility>

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

std::int64_t* sample_parameter() noexcept
{
  static std::int64_t* const found = find_sample_parameter();
  return found;
}

/// ReadStackTraces' words: count, size, depth, then so many addresses; a count of 0 ends them
/// (malloc_extension.h). Calls `visit` with the kind, the count and the note of each.
template <class Visitor>
void for_each_entry(std::unique_ptr<void*[]> const& entries, Visitor visit)
{
  if (!entries) return;
  for (void** entry = entries.get(); *entry;)
  {
    auto const word = [entry](std::size_t i) { return reinterpret_cast<std::uintptr_t>(entry[i]); };
    std::span<void* const> stack(entry + 3, word(2));
    entry += 3 + stack.size();
    auto const note = take_note(stack);
    visit(stack_and_size(without_allocator(stack), word(1)), word(0), note);
  }
}

std::unique_ptr<void* []> live_entries()
{
  int reported_period = 0;
  return std::unique_ptr<void*[]>(MallocExtension::instance()->ReadStackTraces(&reported_period));
}

std::vector<heap_sample> listed(std::map<stack_and_size, double> const& objects)
{
  std::vector<heap_sample> samples;
  for (auto const& [kind, count] : objects)
    samples.push_back({count, count * static_cast<double>(kind.second), kind.second, kind.first});
  return samples;
}

/// How many objects like it a sample stands for.
double weight(std::size_t size, std::int64_t period)
{
  auto const drawn_size = static_cast<double>(nallocx(size, 0));
  // -expm1(-x) is 1 - exp(-x) without the loss of digits for a small x.
  return 1 / -std::expm1(-drawn_size / static_cast<double>(period));
}

std::mutex history_mutex;
period_history& history()
{
  static period_history kept;
  return kept;
}

/// Samples without a note come no more once notes are taken: what is known of them stays.
void remember(std::int64_t period)
{
  if (allocator_takes_notes()) return;
  history().change_to(period,
                      []
                      {
                        period_history::counts without_note;
                        for_each_entry(live_entries(),
                                       [&](stack_and_size const& kind, std::uint64_t count,
                                           std::optional<std::int64_t> note)
                                       {
                                         if (!note) without_note[kind] += count;
                                       });
                        return without_note;
                      });
}

/// Brings this thread's sampler past the next sampling point, where it takes over a new period. A
/// thread that has allocated while sampling was off has up to 16 MiB to go (tcmalloc's sampler.cc,
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
  if (before > 0) remember(before);  // also when TCMALLOC_SAMPLE_PARAMETER set it
  if (period > 0)
  {
    remember(period);
    note_in_allocator_stacks(period);
  }
  std::atomic_ref(*parameter).store(period, std::memory_order_relaxed);
  if (period > 0 && period != before) pass_sampling_point();
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
  std::lock_guard const lock(history_mutex);
  if (auto const period = heap_sampling_period(); period > 0) remember(period);
  std::map<stack_and_size, double> objects;
  period_history::counts without_note;
  for_each_entry(
      live_entries(),
      [&](stack_and_size const& kind, std::uint64_t count, std::optional<std::int64_t> note)
      {
        if (note)
          objects[kind] += static_cast<double>(count) * weight(kind.second, *note);
        else
          without_note[kind] += count;
      });
  for (auto const& [kind, parts] : history().attribute(without_note))
    for (auto const& [period, count] : parts)
      if (period > 0) objects[kind] += static_cast<double>(count) * weight(kind.second, period);
  return listed(objects);
}

std::vector<heap_sample> read_heap_growth()
{
  std::unique_ptr<void*[]> const entries(MallocExtension::instance()->ReadHeapGrowthStackTraces());
  std::map<stack_and_size, double> objects;
  for_each_entry(entries, [&](stack_and_size const& kind, std::uint64_t count, auto)
                 { objects[kind] += static_cast<double>(count); });
  return listed(objects);
}

}  // namespace leaklab
