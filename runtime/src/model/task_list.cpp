#include "model/task_list.hpp"

#include <algorithm>
#include <utility>

namespace leaklab::model
{

bool task_list::equal::operator()(task_info const& a, task_info const& b) const noexcept
{
  auto const same_wait = [](task_wait const& one, task_wait const& other)
  {
    return one.operation == other.operation && one.at == other.at &&
           one.waiting_for == other.waiting_for;
  };
  return alike()(a, b) && a.frame_bytes == b.frame_bytes &&
         std::ranges::equal(a.branches, b.branches, same_wait);
}

void task_list::add(task_info task)
{
  entry own{std::exchange(task.id, 0), std::exchange(task.parent, 0),
            std::exchange(task.waiting_for, {}), nullptr};
  for (auto& branch : task.branches)  // as long as the first, most of them
    branch.waiting_for -= own.waiting_for;
  own.like = &*kinds_.insert(std::move(task)).first;
  shown_.push_back(own);
}

task_info task_list::operator[](std::size_t index) const
{
  entry const& own = shown_[index];
  task_info task = *own.like;
  task.id = own.id;
  task.parent = own.parent;
  task.waiting_for = own.waiting_for;
  for (auto& branch : task.branches)
    branch.waiting_for += own.waiting_for;
  return task;
}

std::size_t task_list::bytes() const noexcept
{
  return shown_.capacity() * sizeof(entry) + kinds_.size() * 2 * sizeof(task_info);
}

task_list list_tasks(task_filter const& filter)
{
  task_list result;
  result.reserve(std::min<std::size_t>(filter.limit, count_tasks().live));
  for_each_task(
      [&](task_info const& task)
      {
        ++result.total;
        if (!filter.accepts(task)) return;
        if (result.matching++ < filter.limit) result.add(task);
      });
  return result;
}

}  // namespace leaklab::model
