// The co_await that the thread's task has come to last: where an operation begins whose completion
// token does not know its line.
#pragma once

#include <leaklab/detail/task_record.hpp>

#include <source_location>

namespace leaklab::detail
{

struct await_site
{
  task_record const* task = nullptr;
  std::source_location where{};
};

extern constinit thread_local await_site last_await;

/// Unknown, with a line of 0, when the thread came to it in another task.
[[nodiscard]] inline std::source_location last_await_of(task_record const* task) noexcept
{
  return last_await.task == task ? last_await.where : std::source_location();
}

}  // namespace leaklab::detail
