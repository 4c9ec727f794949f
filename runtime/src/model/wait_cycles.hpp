// Tasks that wait for each other.
#pragma once

#include <leaklab/task.hpp>

#include <cstddef>
#include <vector>

namespace leaklab::model
{

/// A task that waits, for what, and a task that could complete that.
struct wait_edge
{
  task_id waiter = 0;
  std::size_t object = 0;
  task_id other = 0;

  bool operator==(wait_edge const&) const = default;
};

/// From each set of tasks that lead to each other one cycle, a shortest from the set's first task: in
/// it the waiter of each edge is the other of the edge before, and that of the first edge the other of
/// the last.
[[nodiscard]] std::vector<std::vector<wait_edge>> find_wait_cycles(std::vector<wait_edge> edges);

}  // namespace leaklab::model
