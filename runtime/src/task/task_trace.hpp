// What tasks do over a time: spawned, entered and left by threads, waiting and resumed, ended.
//
// While a trace records, each step of each task goes under one lock into a buffer of fixed size.
// While none does, a step costs the reading of a flag (detail/task_record.hpp).
#pragma once

#include <leaklab/detail/task_record.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <source_location>
#include <span>
#include <stdexcept>

namespace leaklab
{

struct trace_event
{
  std::int64_t
      time;  ///< nanoseconds since the trace began; never less than that of the event before
  task_id task;
  detail::trace_step step;
  char const* text;  ///< name (spawn, finish, fail) or operation (wait_begin, wait_end); else null
  std::source_location where;  ///< of the spawn or of the co_await, likewise
  task_id parent;              ///< of spawn, finish and fail
};

struct unmap_trace_events
{
  std::size_t count = 0;
  void operator()(trace_event* events) const noexcept;
};

struct recorded_trace
{
  std::unique_ptr<trace_event[], unmap_trace_events> buffer;
  std::size_t count = 0;
  bool full = false;  ///< the buffer was too small: the trace ends with its last event
  std::chrono::steady_clock::time_point begin;
  std::chrono::nanoseconds duration{0};
  task_id last_known =
      0;  ///< a task with a higher id has its spawn in the trace, or began after its end

  [[nodiscard]] std::span<trace_event const> events() const noexcept
  {
    return {buffer.get(), count};
  }
};

struct trace_busy : std::runtime_error
{
  using runtime_error::runtime_error;
};

/// Records as long as it lives, from construction to stop(). One at a time in a process. Any
/// thread.
class task_trace
{
 public:
  /// 24 MB, of which only what is written takes up memory, and at most some 60 MB of JSON.
  static constexpr std::size_t default_capacity = 500'000;

  /// Throws trace_busy while there is another, std::bad_alloc.
  explicit task_trace(std::size_t capacity = default_capacity);
  ~task_trace();

  task_trace(task_trace const&) = delete;
  task_trace& operator=(task_trace const&) = delete;

  /// Once.
  [[nodiscard]] recorded_trace stop();

 private:
  bool stopped_ = false;
};

namespace detail
{

/// Records a step of any task. Without effect when no trace records.
[[gnu::cold]] void trace_task(trace_step step, task_id task, char const* text,
                              std::source_location const& where, task_id parent) noexcept;

}  // namespace detail
}  // namespace leaklab
