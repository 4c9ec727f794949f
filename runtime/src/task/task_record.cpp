#include "task/await_chain.hpp"
#include "task/further_waits.hpp"
#include "task/task_table.hpp"

#include <leaklab/detail/await_site.hpp>
#include <leaklab/detail/operation_name.hpp>
#include <leaklab/detail/task_record.hpp>

#include <sched.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <functional>
#include <limits>
#include <new>

namespace leaklab::detail
{

constinit thread_local task_record* current_task;
constinit thread_local entry current_entry = entry::no;
constinit thread_local await_site last_await;

namespace
{

task_wait wait_of(further_wait const& wait, std::uint32_t now) noexcept
{
  return {wait.operation, source_site::from(wait.where),
          std::chrono::milliseconds(10) * static_cast<std::int32_t>(now - wait.since)};
}

void show(task_wait const& wait, task_info& info) noexcept
{
  info.operation = wait.operation;
  info.waits_at = wait.at;
  info.waiting_for = wait.waiting_for;
}

}  // namespace

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

wait_number task_record::begin_further_wait(char const* operation,
                                            std::source_location const& where) noexcept
try
{
  auto const number = further_waits::instance().add(*this, operation, where);
  further_waits_.fetch_add(1, std::memory_order_relaxed);
  return number;
}
catch (std::bad_alloc const&)
{
  return std::numeric_limits<wait_number>::max();  // it is not shown
}

void task_record::end_further_wait(wait_number which) noexcept
{
  auto const ended = further_waits::instance().remove(*this, which);
  if (ended.number == 0) return;
  further_waits_.fetch_sub(1, std::memory_order_relaxed);
  if (tracing.load(std::memory_order_relaxed)) [[unlikely]]
    trace_current_task(trace_step::wait_end, ended.operation, ended.where);
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
  copy_waits(now, info);
  bool const still = frames_are_ == frames_are::still_between_entries || *info.operation;
  if (with == frames::read && stack_ && still) read_await_chain(stack_, info);
  return info;
}

void task_record::copy_waits(std::uint32_t now, task_info& info) const noexcept
{
  further_wait const kept{0, operation_.load(std::memory_order_relaxed), waits_at_, waits_since_};
  if (kept.operation) show(wait_of(kept, now), info);
  if (further_waits_.load(std::memory_order_relaxed) == 0) return;
  try
  {
    auto& all = info.branches;
    if (kept.operation) all.push_back(wait_of(kept, now));
    for (auto const& further : further_waits::instance().of(*this))
      all.push_back(wait_of(further, now));
    // What a group waits for is what is in it, where that shows.
    auto const is_group = [](task_wait const& wait)
    { return wait.operation == parallel_group_name; };
    if (!std::ranges::all_of(all, is_group)) std::erase_if(all, is_group);
    std::ranges::stable_sort(all, std::greater<>(), &task_wait::waiting_for);
    if (!all.empty()) show(all.front(), info);
    if (all.size() == 1) all.clear();
  }
  catch (std::bad_alloc const&)
  {
    // The first is shown.
  }
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
    if (words[i] && with == frames::read) __builtin_prefetch(records[i].stack_);
  }
  if (with == frames::read)
    for (std::size_t i = 0; i != group; ++i)
      if (words[i] && !(words[i] & entries_mask) && records[i].stack_)
        __builtin_prefetch(*records[i].stack_);

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

void finish_task(task_handle task, std::exception_ptr const& failure, bool is_told) noexcept
{
  task_table::instance().finish(task, failure, is_told);
}

}  // namespace leaklab::detail
