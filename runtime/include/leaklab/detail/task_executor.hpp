// An executor that says whose code it executes: any other executor, with the task that it was given
// to.
//
// co_spawn keeps the executor in the task's frame, and every operation of the task completes
// through it. So a thread knows the current task whenever it executes a task's code, whichever
// completion tokens the task uses.
#pragma once

#include <leaklab/detail/task_record.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include <type_traits>
#include <utility>

namespace leaklab::detail
{

/// A function that belongs to a task. Destroyed uncalled, as happens when its context is destroyed,
/// it may take the task's coroutine frames with it.
template <class Function>
class task_function
{
 public:
  template <class F>
  task_function(F&& function, task_word task) : function_(std::forward<F>(function)), task_(task)
  {
  }
  task_function(task_function&& other) noexcept
      : function_(std::move(other.function_)), task_(std::exchange(other.task_, {}))
  {
  }
  task_function& operator=(task_function&&) = delete;
  ~task_function()
  {
    if (task_) task_.record().set_stack(task_, nullptr, frames_are::still_between_entries);
  }

  void operator()()
  {
    task_entry const entry(std::exchange(task_, {}));
    std::move(function_)();
  }

 private:
  Function function_;
  task_word task_;
};

template <class Inner>
class task_executor
{
 public:
  task_executor(Inner inner, task_word task) noexcept : inner_(std::move(inner)), task_(task) {}

  [[nodiscard]] Inner const& inner() const noexcept { return inner_; }

  template <class Function>
  void execute(Function&& function) const
  {
    task_.record().mark_queued(task_);
    inner_.execute(task_function<std::decay_t<Function>>(std::forward<Function>(function), task_));
  }

  template <class Property>
  decltype(auto) query(Property const& property) const
      noexcept(boost::asio::is_nothrow_query<Inner, Property>::value) requires
      boost::asio::can_query<Inner const&, Property>::value
  {
    return boost::asio::query(inner_, property);
  }

  template <class Property>
  auto require(Property const& property) const
      noexcept(boost::asio::is_nothrow_require<Inner, Property>::value) requires
      boost::asio::can_require<Inner const&, Property>::value
  {
    return rebind(boost::asio::require(inner_, property));
  }

  template <class Property>
  auto prefer(Property const& property) const
      noexcept(boost::asio::is_nothrow_prefer<Inner, Property>::value) requires
      boost::asio::can_prefer<Inner const&, Property>::value
  {
    return rebind(boost::asio::prefer(inner_, property));
  }

  bool operator==(task_executor const&) const noexcept = default;

 private:
  template <class Other>
  [[nodiscard]] task_executor<Other> rebind(Other inner) const noexcept
  {
    return {std::move(inner), task_};
  }

  Inner inner_;
  task_word task_;
};

/// Calls `use(executor)` with what `executor` wraps: a task that spawns on its own executor must
/// not hand its identity down. The common cases come out as their own small types, which
/// any_io_executor stores without an allocation.
template <class Executor, class Use>
decltype(auto) with_plain_executor(Executor const& executor, Use&& use)
{
  using io = boost::asio::io_context::executor_type;
  using pool = boost::asio::thread_pool::executor_type;
  using any = boost::asio::any_io_executor;
  if constexpr (std::is_constructible_v<bool, Executor const&> &&
                requires { executor.target_type(); })
  {
    if (auto const* const plain = executor.template target<io>()) return use(*plain);
    if (auto const* const task = executor.template target<task_executor<io>>())
      return use(task->inner());
    if (auto const* const plain = executor.template target<pool>()) return use(*plain);
    if (auto const* const task = executor.template target<task_executor<pool>>())
      return use(task->inner());
    if (auto const* const task = executor.template target<task_executor<any>>())
      return use(task->inner());
    return use(any(executor));
  }
  else if constexpr (std::is_same_v<Executor, io> || std::is_same_v<Executor, pool>)
    return use(executor);
  else
    return use(any(executor));  // a strand, say: found again above when its task spawns
}

}  // namespace leaklab::detail
