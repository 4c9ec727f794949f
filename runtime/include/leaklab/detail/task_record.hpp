// The record of one live task, and how its owner, its runners and a reader share it without
// blocking each other.
//
// A record is one cache line out of a table that never unmaps memory, so a stale pointer is safe to
// read: it finds another id, or none. Whoever holds a task therefore holds a pointer and the id,
// and asks with both.
//
// `word_` is id << 20 | reading | entries. Rules:
// - enter() counts up `entries` only while the id still is the task's; leave() counts down. The
//   fields of the wait are written only between the two.
// - A reader sets `reading`, which holds up enter() and finish() for as long as it takes to copy
//   the fields; it reads the wait's fields, and the task's coroutine frames, only if it found
//   `entries` at 0.
// - finish() sets the id to 0. The record goes back to the table when its id is 0 and its entries
//   are 0.
#pragma once

#include <leaklab/task.hpp>

#include <atomic>
#include <cstdint>
#include <exception>
#include <source_location>
#include <span>

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

/// A task_handle in one word: an executor that carries it fits into any_io_executor, which would
/// else allocate and count references. Records are aligned to 64 bytes in the lower half of a
/// 48-bit address space, which leaves 23 bits for the id: a record is mistaken for that of an
/// earlier task only when 8,388,608 tasks lie between the two.
class task_word
{
 public:
  static constexpr unsigned id_bits = 23;
  static constexpr task_id id_mask = (task_id(1) << id_bits) - 1;

  constexpr task_word() = default;
  task_word(task_handle task) noexcept
      : word_(reinterpret_cast<std::uintptr_t>(task.record) << (id_bits - 6) | (task.id & id_mask))
  {
  }

  explicit operator bool() const noexcept { return word_ != 0; }
  [[nodiscard]] task_record& record() const noexcept
  {
    return *reinterpret_cast<task_record*>(word_ >> id_bits << 6);
  }
  [[nodiscard]] task_id id() const noexcept { return word_ & id_mask; }

  bool operator==(task_word const&) const = default;

 private:
  std::uint64_t word_ = 0;
};

/// How a thread has entered a task: several may be in it, in branches of a group, and one more than
/// once. At most one entry at a time is the first.
enum class entry : std::uint8_t
{
  no,
  first,
  further,
};

/// The task whose code this thread is executing; null outside tasks.
extern constinit thread_local task_record* current_task;
extern constinit thread_local entry current_entry;

/// Which of a task's waits; it may wait in several branches of a group at once.
using wait_number = std::uint32_t;

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

/// True while a trace is being recorded. All that a task does for it at other times is to read
/// this.
extern constinit std::atomic<bool> tracing;

/// Records a step of the current task other than its first and its last; of a wait, what it waits for
/// and where.
[[gnu::cold]] void trace_current_task(trace_step step, char const* operation = nullptr,
                                      std::source_location const& where = {}) noexcept;

/// When a task's coroutine frames hold still.
enum class frames_are : std::uint8_t
{
  still_between_entries,  ///< its executor enters the record whenever it runs the task
  still_in_waits,         ///< its executor knows no record: only tracked operations enter it
};

/// Whether a look at a task reads its coroutine frames, which costs the most.
enum class frames
{
  read,
  unread,
};

class alignas(64) task_record
{
 public:
  static constexpr unsigned id_shift = 20;
  static constexpr std::uint64_t entries_mask = 0xffff;
  static constexpr std::uint64_t reading = 1u << 16;

  [[nodiscard]] task_id id() const noexcept
  {
    return word_.load(std::memory_order_relaxed) >> id_shift;
  }

  [[nodiscard]] bool is(task_word task) const noexcept
  {
    return is(task, word_.load(std::memory_order_relaxed));
  }

  /// Says that code of the task waits in an executor's queue, until the task is entered the next
  /// time.
  void mark_queued(task_word task) noexcept
  {
    if (is(task, word_.load(std::memory_order_relaxed)))
      queued_.store(true, std::memory_order_relaxed);
  }

  /// `no` when the task has ended; then there must be no leave().
  [[nodiscard]] entry enter(task_word task) noexcept
  {
    auto word = word_.load(std::memory_order_relaxed);
    for (;;)
    {
      if (!is(task, word)) return entry::no;
      if (word & reading)
        word = await_reader();
      else if (word_.compare_exchange_weak(word, word + 1, std::memory_order_acquire,
                                           std::memory_order_relaxed))
        break;
    }
    queued_.store(false, std::memory_order_relaxed);
    return word & entries_mask ? entry::further : entry::first;
  }

  void leave() noexcept
  {
    auto const before = word_.fetch_sub(1, std::memory_order_release);
    if (before >> id_shift == 0 && (before & entries_mask) == 1) recycle();
  }

  /// Called by the running task as it starts an operation; both pointers must live as long as the
  /// process. The first of several waits at once is kept in the record, the others beside it
  /// (task/further_waits.hpp). Threads that run branches of one task may call this at once: only the
  /// first entry fills the place in the record, and only whoever waits there empties it.
  [[nodiscard]] wait_number begin_wait(char const* operation,
                                       std::source_location const& where) noexcept
  {
    if (tracing.load(std::memory_order_relaxed)) [[unlikely]]
      trace_current_task(trace_step::wait_begin, operation, where);
    if (current_entry != entry::first || operation_.load(std::memory_order_acquire)) [[unlikely]]
      return begin_further_wait(operation, where);
    operation_.store(operation, std::memory_order_relaxed);
    waits_at_ = where;
    waits_since_ = now();
    return 0;
  }

  /// Called by the running task.
  void end_wait(wait_number which) noexcept
  {
    if (which == 0) [[likely]]
    {
      if (tracing.load(std::memory_order_relaxed)) [[unlikely]]
        trace_current_task(trace_step::wait_end, operation_.load(std::memory_order_relaxed),
                           waits_at_);
      operation_.store(nullptr, std::memory_order_release);
    }
    else
      end_further_wait(which);
  }

  /// `stack` is where Asio keeps the task's innermost frame (task/await_chain.hpp). Set before the
  /// task first waits, and again to null when the frames are about to be destroyed without the task
  /// being entered: nobody may read them any more.
  void set_stack(task_word task, void* const* stack, frames_are when) noexcept
  {
    if (enter(task) == entry::no) return;
    stack_ = stack;
    frames_are_ = when;
    leave();
  }

  /// How many records are looked at together.
  static constexpr std::size_t group = 8;

  /// Copies the tasks of neighbouring records as they are to the begin of `found`, and says how
  /// many there are: a record may be free. `now` is what now() said a moment ago.
  static std::size_t look(std::span<task_record, group> records, std::uint32_t now, frames with,
                          std::span<task_info, group> found) noexcept;

  /// Hundredths of a second on CLOCK_MONOTONIC_COARSE, which costs a few ns to read. 32 bits of
  /// them last 497 days.
  [[nodiscard]] static std::uint32_t now() noexcept;

 private:
  friend class task_table;

  static bool is(task_word task, std::uint64_t word) noexcept
  {
    auto const id = word >> id_shift;
    return id != 0 && (id & task_word::id_mask) == task.id();
  }

  /// Sets `reading`, for copy(); returns the word before, or 0 for a free record, which it leaves
  /// alone.
  std::uint64_t hold() noexcept;
  [[nodiscard]] task_info copy(std::uint64_t word, std::uint32_t now, frames with) const noexcept;
  void copy_waits(std::uint32_t now, task_info& info) const noexcept;

  std::uint64_t await_reader() noexcept;
  void recycle() noexcept;
  [[nodiscard, gnu::cold]] wait_number begin_further_wait(
      char const* operation, std::source_location const& where) noexcept;
  [[gnu::cold]] void end_further_wait(wait_number which) noexcept;

  std::atomic<std::uint64_t> word_;
  task_id parent_;  // while free: the address of the next free record of the slab
  char const* name_;
  std::source_location spawned_at_;
  std::atomic<char const*> operation_;  // null when no tracked operation is kept here
  std::source_location waits_at_;
  void* const* stack_;
  std::uint32_t waits_since_;
  std::atomic<std::uint16_t> further_waits_;
  std::atomic<bool> queued_;
  frames_are frames_are_;
};

static_assert(sizeof(task_record) == 64);

/// Registers a task that is about to be spawned by the current one. Throws std::bad_alloc.
[[nodiscard]] task_handle begin_task(char const* name, std::source_location const& where);

/// Ends it. `failure` is null for a return or a cancellation; `is_told` when it reaches somebody, who
/// needs no line on stderr.
void finish_task(task_handle task, std::exception_ptr const& failure,
                 bool is_told = false) noexcept;

/// The id of the task whose code this thread is executing, 0 outside tasks.
[[nodiscard]] inline task_id current_task_id() noexcept
{
  return current_task ? current_task->id() : 0;
}

/// What a thread executes between construction and destruction belongs to `task`.
class task_entry
{
 public:
  explicit task_entry(task_word task) noexcept : outer_(current_task), outer_entry_(current_entry)
  {
    current_entry = task ? task.record().enter(task) : entry::no;
    current_task = current_entry == entry::no ? nullptr : &task.record();
    if (current_task && tracing.load(std::memory_order_relaxed)) [[unlikely]]
      trace_current_task(trace_step::enter);
  }
  ~task_entry()
  {
    auto* const entered = current_task;
    if (entered && tracing.load(std::memory_order_relaxed)) [[unlikely]]
      trace_current_task(trace_step::leave);
    current_task = outer_;
    current_entry = outer_entry_;
    if (entered) entered->leave();
  }
  task_entry(task_entry const&) = delete;
  task_entry& operator=(task_entry const&) = delete;

 private:
  task_record* outer_;
  entry outer_entry_;
};

}  // namespace leaklab::detail
