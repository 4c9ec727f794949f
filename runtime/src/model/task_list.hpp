// The tasks of one moment, for a listing of each by itself.
#pragma once

#include <leaklab/task.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

namespace leaklab::model
{

/// Which tasks to list. Those beyond `limit` are counted and not shown.
struct task_filter
{
  std::optional<task_state> state;
  std::chrono::milliseconds min_wait{0};
  std::size_t limit = 10'000;

  [[nodiscard]] bool accepts(task_info const& task) const noexcept
  {
    return (!state || task.state == *state) && task.waiting_for >= min_wait;
  }
};

struct task_list
{
  std::vector<task_info> shown;
  std::size_t matching = 0;  ///< how many the filter accepts, shown or not
  std::size_t total = 0;     ///< how many there are
};

[[nodiscard]] task_list list_tasks(task_filter const& filter = {});

}  // namespace leaklab::model
