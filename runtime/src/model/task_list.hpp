// The tasks of one moment, for a listing of each by itself.
#pragma once

#include "model/alike.hpp"

#include <leaklab/task.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <unordered_set>
#include <vector>

namespace leaklab::model
{

/// Which tasks to list. Those beyond `limit` are counted and not shown.
struct task_filter
{
  std::optional<task_state> state;
  std::chrono::milliseconds min_wait{0};
  std::size_t limit = 10'000;
  std::optional<std::vector<task_id>> among;  ///< sorted

  [[nodiscard]] bool accepts(task_info const& task) const noexcept
  {
    return (!state || task.state == *state) && task.waiting_for >= min_wait &&
           (!among || std::ranges::binary_search(*among, task.id));
  }
};

/// Small: tasks that are alike but for their own numbers share one description.
class task_list
{
 public:
  task_list() = default;
  task_list(task_list&&) = default;
  task_list& operator=(task_list&&) = default;

  void reserve(std::size_t count) { shown_.reserve(count); }
  /// Adds one to those that are shown.
  void add(task_info task);

  [[nodiscard]] std::size_t size() const noexcept { return shown_.size(); }
  [[nodiscard]] task_info operator[](std::size_t index) const;
  /// Of memory, about.
  [[nodiscard]] std::size_t bytes() const noexcept;

  std::size_t matching = 0;  ///< how many the filter accepts, shown or not
  std::size_t total = 0;     ///< how many there are

 private:
  struct equal
  {
    bool operator()(task_info const& a, task_info const& b) const noexcept;
  };
  struct entry
  {
    task_id id;
    task_id parent;
    std::chrono::milliseconds waiting_for;
    task_info const* like;
  };

  std::unordered_set<task_info, alike_hash, equal> kinds_;
  std::vector<entry> shown_;
};

[[nodiscard]] task_list list_tasks(task_filter const& filter = {});

}  // namespace leaklab::model
