// Where tasks wait: those that a reader takes for the same.
#pragma once

#include <leaklab/task.hpp>

#include <chrono>
#include <string>

namespace leaklab::model
{

/// Tasks that wait in one operation at one place, and were spawned at one.
struct wait_site
{
  std::string operation;  ///< or the state, of those that do not wait
  source_site waits_at;
  source_site spawned_at;
  double tasks = 0;
  std::chrono::milliseconds oldest{0};
  task_id example = 0;  ///< the one that has waited longest; 0 when none waits
};

/// As wait_site::operation.
[[nodiscard]] inline std::string operation_or_state(task_info const& task)
{
  return *task.operation ? task.operation : std::string(to_string(task.state));
}

}  // namespace leaklab::model
