// Starts a coroutine as a task on an executor: co_spawn, told where the task's frames are.
//
// Asio keeps the stack of a suspended coroutine as a list of frames that hangs on its entry point
// (asio/impl/awaitable.hpp, "An awaitable_thread represents a thread-of-execution…"). The entry
// point here is a coroutine of our own, so that the task's record knows it before anything can be
// awaited in it, and so that a task costs no more than asio::co_spawn's: it needs one suspension to
// start and none to end.
//
// This rests on details of Asio (asio_version.hpp). Without them tasks start through
// asio::co_spawn: they show where they wait and where they were spawned, but no frames.
#pragma once

#include <leaklab/detail/asio_stack.hpp>
#include <leaklab/detail/asio_version.hpp>
#include <leaklab/detail/coroutine_promise.hpp>
#include <leaklab/detail/task_executor.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>

#include <exception>
#include <utility>

namespace leaklab::detail
{

using boost::asio::any_io_executor;
using boost::asio::awaitable;

#if LEAKLAB_AWAIT_CHAIN

// Tells the record where the entry point's frame is, then goes through the executor's queue: a task
// never begins inside spawn().
struct initiate_task
{
  task_handle task;

  template <class Handler>
  void operator()(Handler&& handler) const
  {
    task.record->set_stack(task, stack_of(handler.entry_point()),
                           frames_are::still_between_entries);
    boost::asio::post(std::forward<Handler>(handler));
  }
};

template <class End>
awaitable<entry_point, any_io_executor> run_task(any_io_executor executor, awaitable<void> body,
                                                 task_handle task, End end)
{
  auto const work = boost::asio::prefer(executor, boost::asio::execution::outstanding_work.tracked);
  auto later = boost::asio::deferred;
  std::exception_ptr failure;
  try
  {
    co_await boost::asio::async_initiate<boost::asio::deferred_t, void()>(initiate_task{task},
                                                                          later);
    co_await std::move(body);
  }
  catch (...)
  {
    failure = std::current_exception();
  }
  end(failure);
}

template <class Plain, class End>
void start_on(Plain const& plain, awaitable<void> body, task_handle task, End end,
              boost::asio::cancellation_slot slot)
{
  using handler = boost::asio::detail::awaitable_handler<any_io_executor, void>;
  any_io_executor const executor = task_executor(plain, task_word(task));
  handler(run_task(executor, std::move(body), task, std::move(end)), executor, slot,
          boost::asio::cancellation_state(slot))
      .launch();
}

#else

template <class Plain, class End>
void start_on(Plain const& plain, awaitable<void> body, task_handle task, End end,
              boost::asio::cancellation_slot slot)
{
  boost::asio::co_spawn(task_executor(plain, task_word(task)), std::move(body),
                        boost::asio::bind_cancellation_slot(slot, std::move(end)));
}

#endif

/// `end` is called with what ended the body, or destroyed uncalled when the task is destroyed with
/// its context.
template <class Executor, class End>
void start_task(Executor const& executor, awaitable<void> body, task_handle task, End end,
                boost::asio::cancellation_slot slot = {})
{
  with_plain_executor(executor, [&](auto const& plain)
                      { start_on(plain, std::move(body), task, std::move(end), slot); });
}

}  // namespace leaklab::detail
