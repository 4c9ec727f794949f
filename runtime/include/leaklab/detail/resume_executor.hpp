// The executor that resumes a task of an io_context: what its any_io_executor holds, with its type
// known.
//
// Every coroutine of an awaitable is resumed through an any_io_executor. That one asks for each
// property through a table of functions, wraps once more each function that it executes, and has
// each operation count the context's outstanding work up and down. Knowing the type needs none of
// the first two. The count is not needed either: what a coroutine was started by holds a work guard
// until it ends (run_task() in start_task.hpp, and asio::co_spawn). So a tracked operation costs no
// more than an untracked one.
#pragma once

#include <leaklab/detail/asio_version.hpp>
#include <leaklab/detail/task_executor.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/execution/blocking.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution/relationship.hpp>

#include <concepts>
#include <type_traits>
#include <utility>

namespace leaklab::detail
{

/// Knows neither outstanding work nor allocators: a preference for them changes nothing.
class resume_executor
{
 public:
  using task = task_executor<boost::asio::io_context::executor_type>;

  explicit resume_executor(task const& known) noexcept : task_(known) {}

  template <class Function>
  void execute(Function&& function) const
  {
    task_.execute(std::forward<Function>(function));
  }

  [[nodiscard]] boost::asio::execution_context& query(
      boost::asio::execution::context_t) const noexcept
  {
    return task_.inner().context();
  }

  template <class Property>
  requires std::same_as<Property, boost::asio::execution::blocking_t::possibly_t> ||
      std::same_as<Property, boost::asio::execution::blocking_t::never_t> ||
      std::same_as<Property, boost::asio::execution::relationship_t::fork_t> ||
      std::same_as<Property, boost::asio::execution::relationship_t::continuation_t>
  [[nodiscard]] resume_executor require(Property property) const noexcept
  {
    return resume_executor(task_.require(property));
  }

  bool operator==(resume_executor const&) const noexcept = default;

 private:
  task task_;
};

/// Whether the completion handler resumes a coroutine.
template <class Handler>
inline constexpr bool resumes_coroutine =
    LEAKLAB_AWAIT_CHAIN == 1 &&
    std::is_base_of_v<boost::asio::detail::awaitable_thread<boost::asio::any_io_executor>, Handler>;

}  // namespace leaklab::detail
