// A completion token that awaits as use_awaitable does, and notes in the task's record what it
// waits for and where.
//
// It is the default token of the I/O types in channel.hpp, steady_timer.hpp and tcp.hpp, so
// `co_await timer.async_wait()` is all there is to write. The site comes from a
// std::source_location default argument; the name of the operation from the type of its initiation.
// It adds no coroutine frame and no allocation: the operation is Asio's deferred one, and the note
// is a few stores into the record of the current task.
#pragma once

#include <leaklab/detail/await_site.hpp>
#include <leaklab/detail/coroutine_promise.hpp>
#include <leaklab/detail/operation_name.hpp>
#include <leaklab/detail/resume_executor.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/associator.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>

#include <source_location>
#include <type_traits>
#include <utility>

namespace leaklab
{

namespace detail
{

/// `Executor`, but with `Token` as the default token of the I/O objects that are made for it.
template <class Executor, class Token>
struct executor_with_default_token : Executor
{
  using default_completion_token_type = Token;

  executor_with_default_token(Executor const& executor) noexcept : Executor(executor) {}

  template <class Other>
  requires(!std::is_same_v<Other, executor_with_default_token> &&
           std::is_convertible_v<Other const&, Executor>)
      executor_with_default_token(Other const& executor)
  noexcept : Executor(executor) {}
};

/// What Asio's token classes have in common: I/O objects of which `Token` is the default token.
template <class Token>
struct default_token
{
  template <class Executor>
  using executor_with_default = executor_with_default_token<Executor, Token>;

  template <class T>
  using as_default_on_t = typename std::decay_t<T>::template rebind_executor<
      executor_with_default<typename std::decay_t<T>::executor_type>>::other;

  template <class T>
  [[nodiscard]] static as_default_on_t<T> as_default_on(T&& object)
  {
    return as_default_on_t<T>(std::forward<T>(object));
  }
};

}  // namespace detail

/// Pass `tracked()` where an operation has another default: `co_await asio::post(executor,
/// tracked())`. `tracked::as_default_on_t<T>` is the I/O object type `T` with this as its default.
class tracked : public detail::default_token<tracked>
{
 public:
  constexpr tracked(std::source_location where = std::source_location::current()) : where_(where) {}

  [[nodiscard]] constexpr std::source_location const& where() const noexcept { return where_; }

 private:
  std::source_location where_;
};

/// `auto [error, value] = co_await results.async_receive(as_tuple());`: the results of an operation
/// with its error code ahead of them, in the place of an exception.
[[nodiscard]] constexpr auto as_tuple(std::source_location where = std::source_location::current())
{
  return boost::asio::as_tuple(tracked(where));
}

namespace detail
{

/// A wait that shows in its task's record until it ends, or until what waits is destroyed: only then
/// may the task's frames change. Outside tasks it is nothing.
class noted_wait
{
 public:
  /// Of the current task; `where` without a line: at its last co_await.
  noted_wait(char const* operation, std::source_location const& where) noexcept
  {
    if (!current_task) return;
    auto const id = current_task->id();
    task_ = task_handle{current_task, id};
    number_ = current_task->begin_wait(operation, where.line() ? where : last_await_of(id));
  }
  noted_wait(noted_wait&& other) noexcept
      : task_(std::exchange(other.task_, {})), number_(other.number_)
  {
  }
  noted_wait& operator=(noted_wait&&) = delete;
  ~noted_wait()
  {
    if (task_) end([] {});
  }

  /// Ends the wait, then calls `function` as the task.
  template <class Function>
  void end(Function&& function)
  {
    auto const task = std::exchange(task_, {});
    if (!task) return std::forward<Function>(function)();
    if (current_task == &task.record() && current_task->is(task))
    {
      current_task->end_wait(number_);
      return std::forward<Function>(function)();
    }
    task_entry const entry(task);
    if (current_task) current_task->end_wait(number_);
    std::forward<Function>(function)();
  }

 private:
  task_word task_;
  wait_number number_ = 0;
};

/// The handler of an operation that a task waits for. `wait` is destroyed first.
template <class Handler, class Executor = void>
struct tracked_handler;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"  // what an operation passes on is its business
#pragma GCC diagnostic ignored "-Wsign-conversion"
template <class Handler>
struct tracked_handler<Handler, void>
{
  Handler handler;
  noted_wait wait;

  template <class... Results>
  void operator()(Results&&... results)
  {
    wait.end([&] { std::move(handler)(std::forward<Results>(results)...); });
  }
};

#pragma GCC diagnostic pop

/// The same, for a coroutine that resumes on an executor of a known type.
template <class Handler, class Executor>
struct tracked_handler : tracked_handler<Handler>
{
  using executor_type = Executor;  // which Asio prefers to what `handler` is associated with

  Executor executor;

  [[nodiscard]] executor_type get_executor() const noexcept { return executor; }
};

/// Makes the note, then initiates the operation. Runs in the task, after its coroutine has been
/// suspended.
template <class Initiation>
struct tracked_initiation
{
  Initiation initiation;
  std::source_location where;  // no line where the token does not know it

  template <class Handler, class... Args>
  void operator()(Handler&& handler, Args&&... args) &&
  {
    using plain = std::decay_t<Handler>;
    noted_wait wait(operation_name<Initiation, std::decay_t<Args>...>, where);
    if constexpr (resumes_coroutine<plain>)
    {
      auto const executor = handler.get_executor();
      if (auto const* const task = executor.template target<resume_executor::task>())
      {
        tracked_handler<plain, resume_executor> resumes{
            {std::forward<Handler>(handler), std::move(wait)}, resume_executor(*task)};
        return std::move(initiation)(std::move(resumes), std::forward<Args>(args)...);
      }
    }
    std::move(initiation)(tracked_handler<plain>{std::forward<Handler>(handler), std::move(wait)},
                          std::forward<Args>(args)...);
  }
};

template <class Initiation>
inline constexpr bool is_tracked_initiation = false;
template <class Initiation>
inline constexpr bool is_tracked_initiation<tracked_initiation<Initiation>> = true;

/// `initiation`, so that it makes the note; as it is when it does so already.
template <class Initiation>
[[nodiscard]] auto note_in(Initiation&& initiation, std::source_location where = {})
{
  using plain = std::decay_t<Initiation>;
  if constexpr (is_tracked_initiation<plain>)
    return plain(std::forward<Initiation>(initiation));
  else
    return tracked_initiation<plain>{std::forward<Initiation>(initiation), where};
}

/// The associations of a handler that wraps another one in its member `handler`: that one's.
template <template <class, class> class Associator, class Handler, class Default>
struct associated_as : Associator<Handler, Default>
{
  template <class Wrapper>
  static auto get(Wrapper const& h) noexcept
  {
    return Associator<Handler, Default>::get(h.handler);
  }
  template <class Wrapper>
  static auto get(Wrapper const& h, Default const& d) noexcept
  {
    return Associator<Handler, Default>::get(h.handler, d);
  }
};

}  // namespace detail
}  // namespace leaklab

namespace boost::asio
{

template <class Signature>
class async_result<leaklab::tracked, Signature>
{
 public:
  template <class Initiation, class... Args>
  static auto initiate(Initiation&& initiation, leaklab::tracked token, Args&&... args)
  {
    deferred_t later;
    return async_initiate<deferred_t, Signature>(
        leaklab::detail::note_in(std::forward<Initiation>(initiation), token.where()), later,
        std::forward<Args>(args)...);
  }
};

template <template <class, class> class Associator, class Handler, class Executor, class Default>
struct associator<Associator, leaklab::detail::tracked_handler<Handler, Executor>, Default>
    : leaklab::detail::associated_as<Associator, Handler, Default>
{
};

}  // namespace boost::asio
