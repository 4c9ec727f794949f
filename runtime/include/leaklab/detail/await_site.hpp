// The co_await that the thread's task has come to last: where an operation begins whose completion
// token does not know its line.
#pragma once

#include <leaklab/detail/task_record.hpp>

#include <cstring>
#include <source_location>

namespace leaklab::detail
{

struct await_site
{
  task_id task = 0;
  std::source_location where{};
};

extern constinit thread_local await_site last_await;

/// Unknown, with a line of 0, when the thread came to it in another task, and when it is one of Asio's
/// own, in the coroutine of `a || b` say: then the program's co_await is in a frame further out.
[[nodiscard]] inline std::source_location last_await_of(task_id task) noexcept
{
  if (last_await.task != task || std::strstr(last_await.where.file_name(), "boost/asio/"))
    return {};
  return last_await.where;
}

}  // namespace leaklab::detail
