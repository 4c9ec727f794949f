#include "task/task_trace.hpp"

#include <sys/mman.h>

#include <mutex>
#include <new>
#include <optional>
#include <utility>

namespace leaklab
{
namespace
{

struct recorder
{
  std::mutex mutex;
  std::optional<recorded_trace> trace;  // from the construction of a task_trace to its stop()

  [[nodiscard]] std::chrono::nanoseconds elapsed() const
  {
    return std::chrono::steady_clock::now() - trace->begin;
  }
};

// Never destroyed: tasks may end after the destructors of static objects have run.
recorder& the_recorder() noexcept
{
  static auto* const instance = new recorder;
  return *instance;
}

decltype(recorded_trace::buffer) map_events(std::size_t count)
{
  auto* const memory = mmap(nullptr, count * sizeof(trace_event), PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  return {static_cast<trace_event*>(memory), unmap_trace_events{count}};
}

}  // namespace

constinit std::atomic<bool> detail::tracing{false};

void unmap_trace_events::operator()(trace_event* events) const noexcept
{
  munmap(events, count * sizeof(trace_event));
}

task_trace::task_trace(std::size_t capacity)
{
  auto& recorder = the_recorder();
  {
    std::lock_guard const lock(recorder.mutex);
    if (recorder.trace) throw trace_busy("tracing already in use");
    recorded_trace fresh;
    fresh.buffer = map_events(capacity);
    fresh.begin = std::chrono::steady_clock::now();
    recorder.trace = std::move(fresh);
    detail::tracing.store(true, std::memory_order_relaxed);
  }
  // Counted under the lock that spawning takes: whoever spawns later than this sees the flag.
  auto const spawned = count_tasks().spawned;
  std::lock_guard const lock(recorder.mutex);
  recorder.trace->last_known = spawned;
}

task_trace::~task_trace()
{
  if (!stopped_) (void)stop();
}

recorded_trace task_trace::stop()
{
  auto& recorder = the_recorder();
  std::lock_guard const lock(recorder.mutex);
  detail::tracing.store(false, std::memory_order_relaxed);
  stopped_ = true;
  auto& trace = *recorder.trace;
  trace.duration =
      trace.full ? std::chrono::nanoseconds(trace.events().back().time) : recorder.elapsed();
  return *std::exchange(recorder.trace, std::nullopt);
}

namespace detail
{

void trace_task(trace_step step, task_id task, char const* text, std::source_location const& where,
                task_id parent) noexcept
{
  auto& recorder = the_recorder();
  std::lock_guard const lock(recorder.mutex);
  if (!recorder.trace || recorder.trace->full) return;
  auto& trace = *recorder.trace;
  if (trace.count == trace.buffer.get_deleter().count)
  {
    trace.full = true;
    tracing.store(false, std::memory_order_relaxed);
    return;
  }
  trace.buffer[trace.count++] = {recorder.elapsed().count(), task, step, text, where, parent};
}

void trace_current_task(trace_step step, char const* operation,
                        std::source_location const& where) noexcept
{
  if (auto const id = current_task->id();
      id != 0)  // else it has finished, as the trace has already
    trace_task(step, id, operation, where, 0);
}

}  // namespace detail
}  // namespace leaklab
