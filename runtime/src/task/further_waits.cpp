#include "task/further_waits.hpp"

#include <algorithm>
#include <new>

namespace leaklab::detail
{

// Never destroyed: tasks may end after the destructors of static objects have run.
further_waits& further_waits::instance() noexcept
{
  static auto* const all = new further_waits;
  return *all;
}

wait_number further_waits::add(task_record const& task, char const* operation,
                               std::source_location const& where)
{
  auto const now = task_record::now();
  std::lock_guard const lock(mutex_);
  if (++last_ == 0) ++last_;  // the number of the wait in the record itself
  waits_[&task].push_back({last_, operation, where, now});
  return last_;
}

further_wait further_waits::remove(task_record const& task, wait_number number) noexcept
{
  std::lock_guard const lock(mutex_);
  auto const known = waits_.find(&task);
  if (known == waits_.end()) return {};
  auto& waits = known->second;
  auto const found = std::ranges::find(waits, number, &further_wait::number);
  if (found == waits.end()) return {};
  auto const removed = *found;
  waits.erase(found);
  if (waits.empty()) waits_.erase(known);
  return removed;
}

void further_waits::remove_all(task_record const& task) noexcept
{
  std::lock_guard const lock(mutex_);
  waits_.erase(&task);
}

std::vector<further_wait> further_waits::of(task_record const& task)
{
  std::lock_guard const lock(mutex_);
  auto const known = waits_.find(&task);
  return known == waits_.end() ? std::vector<further_wait>() : known->second;
}

void further_waits::forget_all() noexcept
{
  if (!mutex_.try_lock()) return;
  for (auto& [task, waits] : waits_)
    new (&waits) std::vector<further_wait>;
}

}  // namespace leaklab::detail
