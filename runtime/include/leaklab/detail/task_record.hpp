// The record of one live task, and how its owner, its runners and a reader share it without blocking each
// other.
//
// A record is one cache line out of a table that never unmaps memory, so a stale pointer is safe to read: it
// finds another id, or none. Whoever holds a task therefore holds a pointer and the id, and asks with both.
//
// `word_` is id << 20 | reading | entries. Rules:
// - enter() counts up `entries` only while the id still is the task's; leave() counts down. The fields of the
// wait
//   are written only between the two.
// - A reader sets `reading`, which holds up enter() and finish() for as long as it takes to copy the fields;
// it reads the
//   wait's fields, and the task's coroutine frames, only if it found `entries` at 0.
// - finish() sets the id to 0. The record goes back to the table when its id is 0 and its entries are 0.
#pragma once

#include <leaklab/task.hpp>

#include <atomic>
#include <cstdint>
#include <exception>
#include <optional>
#include <source_location>

namespace leaklab::detail
{

class task_record;

/// Names one task for as long as anybody likes: after its end every call on it does nothing.
struct task_handle
{
  task_record* record = nullptr;
  task_id id = 0;

  bool operator==(task_handle const&) const = default;
};

/// The task whose code this thread is executing; none outside tasks.
extern constinit thread_local task_handle current_task;

/// What a trace records of a task (src/task/task_trace.hpp).
enum class trace_step : std::uint8_t
{
  spawn,
  enter,
  leave,
  wait_begin,
  wait_end,
  finish,
  fail
};

/// True while a trace is being recorded. All that a task does for it at other times is to read this.
extern constinit std::atomic<bool> tracing;

/// Records a step of the current task other than its first and its last.
[[gnu::cold]] void trace_current_task(trace_step step) noexcept;

class alignas(64) task_record
{
 public:
  static constexpr unsigned id_shift = 20;
  static constexpr std::uint64_t entries_mask = 0xffff;
  static constexpr std::uint64_t reading = 1u << 16;

  [[nodiscard]] bool is(task_id id) const noexcept
  {
    return word_.load(std::memory_order_relaxed) >> id_shift == id;
  }

  /// Says that code of the task waits in an executor's queue, until the task is entered the next time.
  void mark_queued(task_id id) noexcept
  {
    if (is(id)) queued_.store(true, std::memory_order_relaxed);
  }

  /// False when the task has ended; then there must be no leave().
  [[nodiscard]] bool enter(task_id id) noexcept
  {
    auto word = word_.load(std::memory_order_relaxed);
    for (;;)
    {
      if (word >> id_shift != id) return false;
      if (word & reading)
        word = await_reader();
      else if (word_.compare_exchange_weak(word, word + 1, std::memory_order_acquire,
                                           std::memory_order_relaxed))
        break;
    }
    queued_.store(false, std::memory_order_relaxed);
    return true;
  }

  void leave() noexcept
  {
    auto const before = word_.fetch_sub(1, std::memory_order_release);
    if (before >> id_shift == 0 && (before & entries_mask) == 1) recycle();
  }

  /// Called by the running task as it starts an operation. Both pointers must live as long as the process.
  void begin_wait(char const* operation, std::source_location const& where) noexcept
  {
    operation_ = operation;
    waits_at_ = where;
    waits_since_ = now();
    if (tracing.load(std::memory_order_relaxed)) [[unlikely]]
      trace_current_task(trace_step::wait_begin);
  }

  void end_wait() noexcept
  {
    if (tracing.load(std::memory_order_relaxed)) [[unlikely]]
      trace_current_task(trace_step::wait_end);
    operation_ = nullptr;
  }

  /// `entry_point` is the frame at the bottom of the task's stack (see await_chain.hpp). Before the task
  /// first runs, and again with null when the frames are about to be destroyed without the task being
  /// entered: nobody may read them any more.
  void set_frames(task_id id, void* entry_point) noexcept
  {
    if (!enter(id)) return;
    entry_point_ = entry_point;
    leave();
  }

  /// The task as it is; nothing when the record is free. `now` is what now() said a moment ago.
  [[nodiscard]] std::optional<task_info> look(std::uint32_t now, bool with_frames) noexcept;

  /// Hundredths of a second on CLOCK_MONOTONIC_COARSE, which costs a few ns to read. 32 bits of them last 497
  /// days.
  [[nodiscard]] static std::uint32_t now() noexcept;

 private:
  friend class task_table;
  friend void trace_current_task(trace_step step) noexcept;

  std::uint64_t await_reader() noexcept;
  void recycle() noexcept;

  std::atomic<std::uint64_t> word_;
  task_id parent_;  // while free: the address of the next free record of the slab
  char const* name_;
  std::source_location spawned_at_;
  char const* operation_;  // null when no tracked operation is under way
  std::source_location waits_at_;
  void* entry_point_;
  std::uint32_t waits_since_;
  std::atomic<bool> queued_;
};

static_assert(sizeof(task_record) == 64);

/// Registers a task that is about to be spawned by the current one. Throws std::bad_alloc.
[[nodiscard]] task_handle begin_task(char const* name, std::source_location const& where);

/// Ends it. `failure` is null for a return or a cancellation.
void finish_task(task_handle task, std::exception_ptr const& failure) noexcept;

/// What a thread executes between construction and destruction belongs to `task`.
class task_entry
{
 public:
  explicit task_entry(task_handle task) noexcept
      : entered_(task.record && task.record->enter(task.id)), outer_(current_task)
  {
    record_ = task.record;
    current_task = entered_ ? task : task_handle{};
    if (entered_ && tracing.load(std::memory_order_relaxed)) [[unlikely]]
      trace_current_task(trace_step::enter);
  }
  ~task_entry()
  {
    if (entered_ && tracing.load(std::memory_order_relaxed)) [[unlikely]]
      trace_current_task(trace_step::leave);
    current_task = outer_;
    if (entered_) record_->leave();
  }
  task_entry(task_entry const&) = delete;
  task_entry& operator=(task_entry const&) = delete;

 private:
  bool entered_;
  task_record* record_;
  task_handle outer_;
};

}  // namespace leaklab::detail
