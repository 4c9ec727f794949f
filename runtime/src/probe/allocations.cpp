// A sampler of all allocations, behind a hook of tcmalloc's.
#include "probe/allocator.hpp"
#include "probe/allocator_frames.hpp"
#include "probe/get_stack_trace.hpp"
#include "unwind/capture.hpp"

#include <leaklab/heap.hpp>

#include <gperftools/malloc_hook.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <map>
#include <mutex>
#include <new>
#include <utility>

namespace leaklab
{
namespace
{

constexpr std::size_t max_depth = 31;  // tcmalloc's own (common.h, kMaxStackDepth)

std::atomic<std::int64_t> current_period{0};

/// A thread's way to its next sampling point. Plain data without a constructor, in the thread's
/// static block: it can be read in any allocation, the thread's first and last as well.
struct countdown
{
  std::int64_t period = 0;  // that `left` was drawn with
  double left = 0;          // bytes
  std::uint64_t random = 0;
  bool inside = false;  // the hook's own allocations do not count
};
constinit thread_local countdown mine __attribute__((tls_model("initial-exec")));

/// The distance between points of a Poisson process: exponential, so what was drawn with another
/// period can be thrown away and drawn anew.
void draw(countdown& c, std::int64_t period)
{
  if (c.random == 0) c.random = reinterpret_cast<std::uintptr_t>(&c);
  // splitmix64: https://prng.di.unimi.it/splitmix64.c
  std::uint64_t z = c.random += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  double const uniform =
      (static_cast<double>((z ^ (z >> 31)) >> 11) + 1) * 0x1p-53;  // above 0, up to 1
  c.period = period;
  c.left = -std::log(uniform) * static_cast<double>(period);
}

class not_counted
{
 public:
  not_counted() noexcept { mine.inside = true; }
  ~not_counted() { mine.inside = false; }

  not_counted(not_counted const&) = delete;
  not_counted& operator=(not_counted const&) = delete;
};

struct amount
{
  double objects = 0;
  double bytes = 0;
};

/// Lives for ever: programs allocate until their last moment. Grows with the places that allocate,
/// not with time.
struct totals
{
  std::mutex mutex;
  std::map<std::vector<std::uintptr_t>, amount> by_stack;
};

totals& all()
{
  static totals& immortal = *new totals;
  return immortal;
}

__attribute__((noinline)) void record(std::size_t size, std::int64_t period)
{
  std::array<void*, max_depth> stack;
  auto const depth = capture_stack(stack, 2);
  auto caller = without_allocator(std::span(stack).first(depth));
  double const stands_for =
      1 / -std::expm1(-static_cast<double>(size) / static_cast<double>(period));
  std::lock_guard const lock(all().mutex);
  amount& total = all().by_stack[std::move(caller)];
  total.objects += stands_for;
  total.bytes += stands_for * static_cast<double>(size);
}

void on_allocation(void const* block, std::size_t requested)
{
  countdown& c = mine;
  std::int64_t const period = current_period.load(std::memory_order_relaxed);
  if (c.inside || !block || period == 0) return;
  if (c.period != period) draw(c, period);
  std::size_t const size = std::max<std::size_t>(requested, 1);
  c.left -= static_cast<double>(size);
  if (c.left >= 0) [[likely]]
    return;
  draw(c, period);
  try
  {
    not_counted const own;
    record(size, period);
  }
  catch (std::bad_alloc const&)
  {
    // An allocation must not fail because it could not be counted.
  }
}

}  // namespace

bool set_allocation_sampling_period(std::int64_t period_bytes)
{
  if (!malloc_is_tcmalloc()) return false;
  static std::mutex one_at_a_time;
  std::lock_guard const lock(one_at_a_time);
  prepare_to_capture();
  std::int64_t const period = std::max<std::int64_t>(period_bytes, 0);
  bool const was_on = allocation_sampling_period() > 0;
  if (period > 0 && !was_on && !MallocHook::AddNewHook(on_allocation)) return false;
  if (period == 0 && was_on) MallocHook::RemoveNewHook(on_allocation);
  current_period = period;
  return true;
}

std::int64_t allocation_sampling_period() noexcept
{
  return current_period.load(std::memory_order_relaxed);
}

std::vector<heap_sample> read_allocations()
{
  not_counted const own;  // an allocation that is sampled takes the lock
  std::vector<heap_sample> result;
  std::lock_guard const lock(all().mutex);
  for (auto const& [stack, total] : all().by_stack)
    result.push_back({total.objects, total.bytes, 0, stack});
  return result;
}

}  // namespace leaklab
