// Starts a task: a coroutine that the runtime counts, names and shows until it ends.
#pragma once

#include <leaklab/detail/start_task.hpp>
#include <leaklab/task.hpp>

#include <boost/asio/awaitable.hpp>

#include <exception>
#include <source_location>
#include <utility>

namespace leaklab
{

using boost::asio::awaitable;

namespace detail
{

[[nodiscard]] bool is_cancellation(std::exception_ptr const& failure) noexcept;

/// The completion handler of a task: its call, or its destruction uncalled, is the task's end.
class task_end
{
 public:
  /// `is_told`: an exception reaches somebody, so it is counted and not printed.
  explicit task_end(task_handle task, bool is_told = false) noexcept
      : task_(task), is_told_(is_told)
  {
  }
  task_end(task_end&& other) noexcept
      : task_(std::exchange(other.task_, {})), is_told_(other.is_told_)
  {
  }
  task_end& operator=(task_end&&) = delete;
  ~task_end() { finish(nullptr); }

  void operator()(std::exception_ptr const& failure)
  {
    finish(is_cancellation(failure) ? nullptr : failure);
  }

 private:
  void finish(std::exception_ptr const& failure) noexcept
  {
    if (task_.record) finish_task(std::exchange(task_, {}), failure, is_told_);
  }

  task_handle task_;
  bool is_told_;
};

}  // namespace detail

/// Runs `body` as a task on `executor`; it begins when the executor gets to it, never inside this
/// call. The task belongs to the executor's context: it ends when it returns, when it throws
/// (counted, see task_failures), or when the context is destroyed. To stop and to await tasks,
/// spawn them in a scope. Throws std::bad_alloc. Any thread.
template <class Executor>
requires boost::asio::execution::is_executor<Executor>::value void spawn(
    Executor const& executor, awaitable<void> body, task_name name,
    std::source_location const& where = std::source_location::current())
{
  auto const task = detail::begin_task(name.c_str(), where);
  detail::task_end end(task);
  detail::start_task(executor, std::move(body), task, std::move(end));
}

/// The same, on the executor of an execution context.
template <class Context>
requires std::is_convertible_v<Context&, boost::asio::execution_context&>
void spawn(Context& context, awaitable<void> body, task_name name,
           std::source_location const& where = std::source_location::current())
{
  spawn(context.get_executor(), std::move(body), name, where);
}

}  // namespace leaklab
