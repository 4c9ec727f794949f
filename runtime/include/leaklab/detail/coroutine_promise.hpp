// The promise of a coroutine that returns asio::awaitable<T>: Asio's own, which also notes in which
// co_await the coroutine is.
//
// std::coroutine_traits is where the compiler asks for a coroutine's promise type. The one below is
// more special than Asio's, so coroutines that are compiled behind this header get our promise. It
// adds no data member, so frames do not grow, and such coroutines and others await each other.
//
// A suspended coroutine that awaits another one has no use for `attached_thread_`, which Asio sets to
// null until the other has returned. Meanwhile we keep the co_await's std::source_location there, a
// pointer to static data; task/await_chain.cpp reads it. A coroutine compiled without this header
// keeps null there, so it shows the line of its definition.
#pragma once

#include <leaklab/detail/asio_version.hpp>

#if LEAKLAB_AWAIT_CHAIN

#include <leaklab/detail/await_site.hpp>
#include <leaklab/detail/task_executor.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/this_coro.hpp>

#include <bit>
#include <coroutine>
#include <cstddef>
#include <source_location>
#include <type_traits>
#include <utility>

namespace leaklab::detail
{

template <class T>
inline constexpr bool is_callee = false;
template <class T>
inline constexpr bool is_callee<boost::asio::awaitable<T, boost::asio::any_io_executor>> = true;

template <class T>
class coroutine_promise
    : public boost::asio::detail::awaitable_frame<T, boost::asio::any_io_executor>
{
  using executor = boost::asio::any_io_executor;
  using frame = boost::asio::detail::awaitable_frame<T, executor>;

 public:
#if !defined(BOOST_ASIO_DISABLE_AWAITABLE_FRAME_RECYCLING)
  // Not inlined: where GCC 12 sees what is in one of them and not in the other, it warns of a
  // mismatch.
  [[gnu::noinline]] static void* operator new(std::size_t size)
  {
    return frame::operator new(size);
  }
  [[gnu::noinline]] static void operator delete(void* memory, std::size_t size)
  {
    frame::operator delete(memory, size);
  }
#endif

  template <class Operand>
  auto await_transform(Operand&& operand,
                       std::source_location where = std::source_location::current())
  {
    using plain = std::remove_cvref_t<Operand>;
    if constexpr (std::is_same_v<plain, boost::asio::this_coro::executor_t>)
      return this_executor{frame::await_transform(operand)};
    else if constexpr (is_callee<plain>)
    {
      last_await = {current_task_id(), where};
      using result = typename plain::value_type;
      return call<result>{frame::await_transform(std::forward<Operand>(operand)), where};
    }
    else
    {
      if constexpr (boost::asio::is_async_operation<Operand>::value)
        last_await = {current_task_id(), where};
      return frame::await_transform(std::forward<Operand>(operand));
    }
  }

 private:
  template <class U>
  struct call
  {
    boost::asio::awaitable<U, executor> callee;
    std::source_location where;

    [[nodiscard]] bool await_ready() const noexcept { return false; }

    template <class Caller>
    void await_suspend(std::coroutine_handle<Caller> caller)
    {
      auto& promise = caller.promise();
      callee.await_suspend(std::coroutine_handle<frame>::from_promise(promise));
      promise.attached_thread_ =
          std::bit_cast<boost::asio::detail::awaitable_thread<executor>*>(where);
    }

    U await_resume() { return callee.await_resume(); }
  };

  /// The executor without the task's identity: what is made with it may outlive the task, or be given
  /// to another one.
  using executor_result =
      decltype(std::declval<frame&>().await_transform(boost::asio::this_coro::executor));
  struct this_executor : executor_result
  {
    executor await_resume() const
    {
      return with_plain_executor(executor_result::await_resume(),
                                 [](auto const& plain) { return executor(plain); });
    }
  };
};

/// Asio's own coroutines take part in its bookkeeping.
template <class T>
inline constexpr bool is_entry_point =
    std::is_same_v<T, boost::asio::detail::awaitable_thread_entry_point>;

}  // namespace leaklab::detail

template <class T, class... Args>
requires(!leaklab::detail::is_entry_point<T>) struct std::coroutine_traits<
    boost::asio::awaitable<T, boost::asio::any_io_executor>, Args...>
{
  using promise_type = leaklab::detail::coroutine_promise<T>;
};

#endif
