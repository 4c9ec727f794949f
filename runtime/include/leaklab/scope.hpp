// A scope owns the tasks that are spawned in it: they can be cancelled together and awaited
// together.
#pragma once

#include <leaklab/spawn.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <source_location>

namespace leaklab
{

/// Join a scope before it goes out of sight: its tasks may refer to what is declared around it.
///
///     scope children(co_await this_coro::executor);
///     children.spawn(produce(results), "producer");
///     …
///     children.cancel();
///     co_await children.join();
///
/// A scope that is destroyed with tasks left neither stops nor awaits them (a destructor cannot);
/// they end with their context, as they do when the whole context is destroyed. size() tells.
///
/// Not thread-safe: use a scope, and let its tasks run, on one thread or one strand.
class scope
{
 public:
  /// When cancel() is called. A task that only a cancellation could end is no task that is stuck
  /// (/debug/pprof/stuck), unless that comes no sooner than the program's end.
  enum class cancelled : std::uint8_t
  {
    at_any_time,
    at_exit,
  };

  explicit scope(boost::asio::any_io_executor executor, cancelled when = cancelled::at_any_time);
  ~scope();

  scope(scope const&) = delete;
  scope& operator=(scope const&) = delete;

  /// Runs `body` as a task of this scope, on its executor. After cancel() the task is still
  /// spawned, and cancelled at its first wait. Throws std::bad_alloc.
  void spawn(awaitable<void> body, task_name name,
             std::source_location const& where = std::source_location::current());

  /// Asks every task, and every task spawned from now on, to stop: the operation it waits in
  /// completes with operation_aborted (asio::cancellation_type::terminal). A task that ends by that
  /// error counts as finished.
  void cancel();

  /// Completes when no task is left. Does not cancel them.
  [[nodiscard]] awaitable<void> join();

  [[nodiscard]] std::size_t size() const noexcept;

 private:
  struct state;
  class child_end;
  std::shared_ptr<state> state_;
};

}  // namespace leaklab
