#include "task/task_table.hpp"

#include "task/await_chain.hpp"
#include "task/debugger_layout.hpp"
#include "task/further_waits.hpp"
#include "task/task_trace.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <new>

// Kept though nothing in the program reads it.
[[gnu::used,
  gnu::visibility("default")]] constinit leaklab::detail::debugger_layout leaklab_debugger_layout{};

// The script that reads it, for gdb to find in the program itself (gdb's manual, "The
// .debug_gdb_scripts section"; 4: a script in Python). Nothing of it is loaded to run.
asm(R"(
  .pushsection ".debug_gdb_scripts", "MS", %progbits, 1
  .byte 4
  .ascii "gdb.inlined-script.leaklab\n"
  .incbin ")" LEAKLAB_GDB_SCRIPT R"("
  .byte 0
  .popsection
)");

namespace leaklab::detail
{
namespace
{

constexpr std::size_t slab_bytes = 256 * 1024;
constexpr std::size_t page_bytes = 4096;

std::string message_of(std::exception_ptr const& failure)
{
  try
  {
    std::rethrow_exception(failure);
  }
  catch (std::exception const& e)
  {
    return e.what();
  }
  catch (...)
  {
    return "an exception that is not derived from std::exception";
  }
}

}  // namespace

// A slab is aligned to its size, so a record finds the one that it belongs to by masking its own
// address. Records fill the slab behind the header, which has the first page for itself: the other
// pages can be given back.
struct task_table::slab
{
  static constexpr std::size_t capacity = (slab_bytes - page_bytes) / sizeof(task_record);
  static_assert(capacity % task_record::group == 0);

  std::size_t live = 0;
  std::size_t touched = 0;  // records that have been in use since the pages were fresh
  task_record* free = nullptr;

  [[nodiscard]] task_record* records() noexcept
  {
    return reinterpret_cast<task_record*>(reinterpret_cast<std::byte*>(this) + page_bytes);
  }
  [[nodiscard]] bool full() const noexcept { return live == capacity; }

  static slab* map()
  {
    auto* const raw = mmap(nullptr, 2 * slab_bytes, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (raw == MAP_FAILED) throw std::bad_alloc();
    auto const begin = reinterpret_cast<std::uintptr_t>(raw);
    auto const aligned = (begin + slab_bytes - 1) & ~(slab_bytes - 1);
    if (aligned != begin) munmap(raw, aligned - begin);
    munmap(reinterpret_cast<void*>(aligned + slab_bytes), begin + slab_bytes - aligned);
    return new (reinterpret_cast<void*>(aligned)) slab;
  }

  static slab& of(task_record& record) noexcept
  {
    return *reinterpret_cast<slab*>(reinterpret_cast<std::uintptr_t>(&record) & ~(slab_bytes - 1));
  }

  // Fresh pages read as zero, which is a free record.
  task_record& take() noexcept
  {
    ++live;
    if (!free) return records()[touched++];
    auto* const record = free;
    free = reinterpret_cast<task_record*>(record->parent_);
    return *record;
  }

  void give_back_pages() noexcept
  {
    madvise(records(), slab_bytes - page_bytes, MADV_DONTNEED);
    touched = 0;
    free = nullptr;
  }
};

// Never destroyed: tasks may end after the destructors of static objects have run.
task_table& task_table::instance() noexcept
{
  static auto* const table = []
  {
    auto* const made = new task_table;
    made->tell_debuggers();
    return made;
  }();
  return *table;
}

void task_table::tell_debuggers() const noexcept
{
  using r = task_record;
  auto& layout = leaklab_debugger_layout;
  layout.slabs = &slabs_;
  layout.touched = offsetof(slab, touched);
  layout.records = page_bytes;
  layout.record_bytes = sizeof(r);
  layout.word = offsetof(r, word_);
  layout.parent = offsetof(r, parent_);
  layout.name = offsetof(r, name_);
  layout.spawned_at = offsetof(r, spawned_at_);
  layout.operation = offsetof(r, operation_);
  layout.waits_at = offsetof(r, waits_at_);
  layout.stack = offsetof(r, stack_);
  layout.waits_since = offsetof(r, waits_since_);
  layout.further_waits = offsetof(r, further_waits_);
  layout.queued = offsetof(r, queued_);
  layout.frames_are = offsetof(r, frames_are_);
  layout.id_shift = r::id_shift;
  layout.entries_mask = r::entries_mask;
  auto const frame = await_chain_layout();
  layout.frame_memory = frame.memory;
  layout.frame_caller = frame.caller;
  layout.frame_awaits_at = frame.awaits_at;
}

task_table::slab& task_table::slab_with_room()
{
  if (with_room_.empty())
  {
    slabs_.reserve(slabs_.size() + 1);
    with_room_.reserve(slabs_.size() + 1);
    slabs_.push_back(slab::map());
    with_room_.push_back(slabs_.back());
  }
  return *with_room_.back();
}

task_handle task_table::begin(char const* name, std::source_location const& where)
{
  std::unique_lock lock(mutex_);
  auto& home = slab_with_room();
  auto& record = home.take();
  if (home.full()) with_room_.pop_back();

  auto const id = ++counts_.spawned;
  ++counts_.live;
  record.parent_ = current_task_id();
  record.name_ = name;
  record.spawned_at_ = where;
  record.operation_.store(nullptr, std::memory_order_relaxed);
  record.stack_ = nullptr;
  record.queued_.store(true, std::memory_order_relaxed);
  record.word_.store(id << task_record::id_shift, std::memory_order_release);
  lock.unlock();
  if (tracing.load(std::memory_order_relaxed)) [[unlikely]]
    trace_task(trace_step::spawn, id, name, where, current_task_id());
  return {&record, id};
}

void task_table::finish(task_handle task, std::exception_ptr const& failure, bool is_told) noexcept
{
  auto& record = *task.record;
  auto const name = record.name_;
  auto const where = record.spawned_at_;
  if (tracing.load(std::memory_order_relaxed)) [[unlikely]]
    trace_task(failure ? trace_step::fail : trace_step::finish, task.id, name, where,
               record.parent_);
  auto word = record.word_.load(std::memory_order_relaxed);
  for (;;)
  {
    if (word & task_record::reading)
      word = record.await_reader();
    else if (record.word_.compare_exchange_weak(word, word & task_record::entries_mask,
                                                std::memory_order_acq_rel,
                                                std::memory_order_relaxed))
      break;
  }
  {
    std::lock_guard const lock(mutex_);
    --counts_.live;
    ++(failure ? counts_.failed : counts_.finished);
  }
  if ((word & task_record::entries_mask) == 0) recycle(record);
  if (failure) count_failure(name, where, failure, is_told);
}

void task_table::recycle(task_record& record) noexcept
{
  std::lock_guard const lock(mutex_);
  if (record.further_waits_.exchange(0, std::memory_order_relaxed) != 0)
    further_waits::instance().remove_all(record);
  auto& home = slab::of(record);
  if (home.full()) with_room_.push_back(&home);
  record.parent_ = reinterpret_cast<std::uintptr_t>(home.free);
  home.free = &record;
  if (--home.live == 0 && with_room_.size() > 1) home.give_back_pages();
}

void task_table::for_each(std::function<void(task_info const&)> const& visit, frames with) const
{
  std::vector<slab*> slabs;
  {
    std::lock_guard const lock(mutex_);
    slabs = slabs_;
  }
  auto const now = task_record::now();
  for (auto* const home : slabs)
    for (std::size_t i = 0; i != slab::capacity; i += task_record::group)
    {
      std::array<task_info, task_record::group> found;
      std::span<task_record, task_record::group> const records(home->records() + i,
                                                               task_record::group);
      auto const count = task_record::look(records, now, with, found);
      std::for_each_n(found.begin(), count, visit);
    }
}

task_counts task_table::counts() const
{
  std::lock_guard const lock(mutex_);
  return counts_;
}

std::vector<std::span<task_record>> task_table::records() const
{
  std::lock_guard const lock(mutex_);
  std::vector<std::span<task_record>> all;
  for (auto* const home : slabs_)
    all.emplace_back(home->records(), slab::capacity);
  return all;
}

known_frames task_table::frames_of(task_record const& record) noexcept
{
  auto const is_tracked = record.operation_.load(std::memory_order_relaxed) != nullptr;
  bool const is_entered =
      (record.word_.load(std::memory_order_relaxed) & task_record::entries_mask) != 0;
  bool const is_known = record.frames_are_ == frames_are::still_between_entries || is_tracked;
  if (!record.stack_ || !is_known) return {};
  return {record.id(), is_tracked ? record.waits_since_ : 0, record.stack_,
          !is_entered && !record.queued_.load(std::memory_order_relaxed), record.name_};
}

void task_table::forget_stack(task_record& record) noexcept
{
  if (record.stack_) record.stack_ = nullptr;  // a page that nobody writes is not copied
}

void task_table::forget_all() noexcept
{
  if (!mutex_.try_lock()) return;
  new (&slabs_) std::vector<slab*>;
  new (&with_room_) std::vector<slab*>;
}

void task_table::count_failure(char const* name, std::source_location const& where,
                               std::exception_ptr const& failure, bool is_told)
{
  auto const site = source_site::from(where);
  auto const message = message_of(failure);
  std::lock_guard const lock(failures_mutex_);
  auto known = std::find_if(failures_.begin(), failures_.end(),
                            [&](auto const& f) { return f.spawned_at == site && f.name == name; });
  if (known == failures_.end())
  {
    known = failures_.insert(failures_.end(), {name, site, 0, {}});
    if (!is_told)
      std::fprintf(
          stderr,
          "leaklab: task \"%s\" spawned at %s:%u failed: %s (further failures of its kind are "
          "counted)\n",
          name, site.file, site.line, message.c_str());
  }
  ++known->count;
  known->last_message = message;
}

std::vector<task_failure> task_table::failures() const
{
  std::lock_guard const lock(failures_mutex_);
  auto copy = failures_;
  std::sort(copy.begin(), copy.end(),
            [](auto const& a, auto const& b) { return a.count > b.count; });
  return copy;
}

}  // namespace leaklab::detail
