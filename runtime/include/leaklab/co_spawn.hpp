// asio::co_spawn that starts a task: the same calls, the same completion tokens, the same cancellation.
//
//     leaklab::asio::co_spawn(context, serve(std::move(socket)), leaklab::asio::detached);
//
// The task begins and ends where Asio's coroutine does: it may begin inside the call, when the caller
// already runs on the executor, and its handler is called, with its result or its exception, where
// Asio would. It is called "co_spawn" in every listing; leaklab::spawn gives a task a name.
#pragma once

#include <leaklab/completion_tokens.hpp>
#include <leaklab/spawn.hpp>

#include <boost/asio/associator.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include <concepts>
#include <exception>
#include <source_location>
#include <type_traits>
#include <utility>

namespace leaklab
{
namespace detail
{

/// Calls `handler` when the task has been counted as ended. An exception is printed only where nobody
/// is told of it.
template <class Handler>
struct spawn_end
{
  Handler handler;
  task_end end;

  template <class... Results>
  void operator()(std::exception_ptr failure, Results&&... results)
  {
    end(failure);
    std::move(handler)(std::move(failure), std::forward<Results>(results)...);
  }
};

/// A coroutine's first step as a task, on an executor that knows no task.
template <class Handler>
struct entering_handler
{
  Handler handler;
  task_word task;

  void operator()()
  {
    task_entry const entry(task);
    std::move(handler)();
  }
};

struct begin_as_task
{
  task_word task;

  template <class Handler>
  void operator()(Handler&& handler) const
  {
    boost::asio::post(
        entering_handler<std::decay_t<Handler>>{std::forward<Handler>(handler), task});
  }
};

#if LEAKLAB_AWAIT_CHAIN
/// Awaited by a task's first coroutine, tells the record where the task's frames are.
template <class Executor>
struct note_stack
{
  task_word task;
  frames_are when;

  boost::asio::detail::awaitable_thread<Executor>* operator()(
      boost::asio::detail::awaitable_frame_base<Executor>* frame) const noexcept
  {
    struct opened : boost::asio::detail::awaitable_frame_base<Executor>
    {
      static auto* thread(boost::asio::detail::awaitable_frame_base<Executor>* f) noexcept
      {
        return f->*(&opened::attached_thread_);
      }
    };
    task.record().set_stack(task, stack_of(opened::thread(frame)->entry_point()), when);
    return nullptr;  // the coroutine goes on at once
  }
};
#endif

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsubobject-linkage"  // a lambda is a fine Body
#endif
template <class Result, class Executor, class Body>
boost::asio::awaitable<Result, Executor> spawned_body(Body body, task_word task)
{
  constexpr bool knows_task = std::is_same_v<Executor, boost::asio::any_io_executor>;
#if LEAKLAB_AWAIT_CHAIN
  co_await note_stack<Executor>{
      task, knows_task ? frames_are::still_between_entries : frames_are::still_in_waits};
#endif
  if constexpr (!knows_task)
  {
    auto later = boost::asio::deferred;
    co_await boost::asio::async_initiate<boost::asio::deferred_t, void()>(begin_as_task{task},
                                                                          later);
  }
  co_return co_await std::move(body)();
}
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

template <class Executor, class Result, class BodyExecutor>
struct initiate_co_spawn
{
  using executor_type = Executor;

  Executor executor;
  std::source_location where;

  [[nodiscard]] executor_type get_executor() const noexcept { return executor; }

  template <class Handler, class Body>
  void operator()(Handler&& handler, Body body) const
  {
    using plain_handler = std::decay_t<Handler>;
    constexpr bool is_told = !std::is_same_v<plain_handler, boost::asio::detail::detached_handler>;
    auto const task = begin_task("co_spawn", where);
    spawn_end<plain_handler> end{std::forward<Handler>(handler), task_end(task, is_told)};
    auto const start = [&](auto const& on)
    {
      boost::asio::co_spawn(
          on,
          [body = std::move(body), task]() mutable
          { return spawned_body<Result, BodyExecutor>(std::move(body), task); },
          std::move(end));
    };
    if constexpr (std::is_same_v<BodyExecutor, boost::asio::any_io_executor>)
      with_plain_executor(executor, [&](auto const& plain)
                          { start(BodyExecutor(task_executor(plain, task_word(task)))); });
    else
      start(executor);
  }
};

template <class Awaitable>
struct awaitable_parts;
template <class Result, class Executor>
struct awaitable_parts<boost::asio::awaitable<Result, Executor>>
{
  using result = Result;
  using executor = Executor;
  using signature = void(std::exception_ptr, Result);
};
template <class Executor>
struct awaitable_parts<boost::asio::awaitable<void, Executor>>
{
  using result = void;
  using executor = Executor;
  using signature = void(std::exception_ptr);
};

template <class T>
concept is_executor = boost::asio::execution::is_executor<T>::value;
template <class T>
concept is_context = std::is_convertible_v<T&, boost::asio::execution_context&>;

}  // namespace detail

namespace asio
{

/// A function object, so that a call without a namespace finds no other co_spawn through its arguments.
class co_spawn_t
{
 public:
  /// `body` is an awaitable, or a function that returns one.
  template <detail::is_executor Executor, class Body,
            class Token = boost::asio::default_completion_token_t<Executor>>
  auto operator()(Executor const& executor, Body&& body, Token&& token = {},
                  std::source_location where = std::source_location::current()) const
  {
    using plain_body = std::decay_t<Body>;
    if constexpr (std::is_invocable_v<plain_body>)
    {
      using parts = detail::awaitable_parts<std::invoke_result_t<plain_body>>;
      using initiation =
          detail::initiate_co_spawn<Executor, typename parts::result, typename parts::executor>;
      return boost::asio::async_initiate<Token, typename parts::signature>(
          initiation{executor, where}, token, plain_body(std::forward<Body>(body)));
    }
    else
      return (*this)(
          executor, [body = std::move(body)]() mutable { return std::move(body); },
          std::forward<Token>(token), where);
  }

  template <detail::is_context Context, class Body,
            class Token = boost::asio::default_completion_token_t<typename Context::executor_type>>
  auto operator()(Context& context, Body&& body, Token&& token = {},
                  std::source_location where = std::source_location::current()) const
  {
    return (*this)(context.get_executor(), std::forward<Body>(body), std::forward<Token>(token),
                   where);
  }
};

inline constexpr co_spawn_t co_spawn;

}  // namespace asio
}  // namespace leaklab

template <template <class, class> class Associator, class Handler, class Default>
struct boost::asio::associator<Associator, leaklab::detail::spawn_end<Handler>, Default>
    : leaklab::detail::associated_as<Associator, Handler, Default>
{
};

template <template <class, class> class Associator, class Handler, class Default>
struct boost::asio::associator<Associator, leaklab::detail::entering_handler<Handler>, Default>
    : leaklab::detail::associated_as<Associator, Handler, Default>
{
};
