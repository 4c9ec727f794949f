#include "task/await_chain.hpp"
#include "task/task_table.hpp"

#include <leaklab/detail/task_record.hpp>

#include <sched.h>

#include <array>
#include <ctime>

namespace leaklab::detail
{

constinit thread_local task_record* current_task;

std::uint32_t task_record::now() noexcept
{
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return static_cast<std::uint32_t>(now.tv_sec * 100 + now.tv_nsec / 10'000'000);
}

std::uint64_t task_record::await_reader() noexcept
{
  auto word = word_.load(std::memory_order_relaxed);
  while (word & reading)
  {
    sched_yield();
    word = word_.load(std::memory_order_relaxed);
  }
  return word;
}

void task_record::recycle() noexcept
{
  task_table::instance().recycle(*this);
}

std::uint64_t task_record::hold() noexcept
{
  auto word = word_.load(std::memory_order_relaxed);
  for (;;)
  {
    if (word >> id_shift == 0) return 0;
    if (word & reading)
      word = await_reader();
    else if (word_.compare_exchange_weak(word, word | reading, std::memory_order_acquire,
                                         std::memory_order_relaxed))
      return word;
  }
}

task_info task_record::copy(std::uint64_t word, std::uint32_t now, frames with) const noexcept
{
  task_info info;
  info.id = word >> id_shift;
  info.parent = parent_;
  info.name = name_;
  info.spawned_at = source_site::from(spawned_at_);
  if (word & entries_mask)
  {
    info.state = task_state::running;
    return info;
  }
  info.state = queued_.load(std::memory_order_relaxed) ? task_state::ready : task_state::waiting;
  if (operation_)
  {
    info.operation = operation_;
    info.waits_at = source_site::from(waits_at_);
    info.waiting_for =
        std::chrono::milliseconds(10) * static_cast<std::int32_t>(now - waits_since_);
  }
  if (with == frames::read && entry_point_) read_await_chain(entry_point_, info);
  return info;
}

std::size_t task_record::look(std::span<task_record, group> records, std::uint32_t now, frames with,
                              std::span<task_info, group> found) noexcept
{
  // The frames lie anywhere in memory. Each step asks for what the next one needs, for all records
  // at once, so that their cache misses overlap.
  std::array<std::uint64_t, group> words;
  for (std::size_t i = 0; i != group; ++i)
  {
    words[i] = records[i].hold();
    if (words[i] & entries_mask) continue;
    if (words[i] && with == frames::read) prefetch_entry_point(records[i].entry_point_);
  }
  if (with == frames::read)
    for (std::size_t i = 0; i != group; ++i)
      if (words[i] && !(words[i] & entries_mask)) prefetch_await_chain(records[i].entry_point_);

  std::size_t count = 0;
  for (std::size_t i = 0; i != group; ++i)
  {
    if (!words[i]) continue;
    found[count++] = records[i].copy(words[i], now, with);
    records[i].word_.fetch_and(~reading, std::memory_order_release);
  }
  return count;
}

task_handle begin_task(char const* name, std::source_location const& where)
{
  return task_table::instance().begin(name, where);
}

void finish_task(task_handle task, std::exception_ptr const& failure) noexcept
{
  task_table::instance().finish(task, failure);
}

}  // namespace leaklab::detail
