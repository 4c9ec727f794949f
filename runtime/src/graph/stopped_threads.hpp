// All other threads of this process, standing still for a moment.
//
// A signal has each of them wait in its handler; the frame of the signal, on the thread's stack, has
// its registers. The signal is the highest real-time one that the program has no use for, and its
// handler stays. To the thread it is a signal like that of a profiler: what waits in epoll_wait or
// nanosleep may return with EINTR.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <span>

namespace leaklab::graph
{

struct stopped_thread
{
  int id = 0;
  std::uintptr_t stack_pointer = 0;  ///< where it was interrupted
  std::uintptr_t thread_pointer =
      0;  ///< its thread-local storage, on its stack if the C library made that
  bool is_on_signal_stack = false;  ///< so that the rest of its stack is elsewhere
  std::uintptr_t frame_begin = 0;   ///< of what the signal has put on a stack, registers and all
  std::uintptr_t frame_end = 0;
};

enum class stop_outcome
{
  stopped,
  blocks_the_signal,  ///< a thread has it blocked, as one that waits in sigwait() has
  does_not_answer,    ///< a thread did not stop in time
  signal_is_taken,    ///< the program handles all signals that could be used
  too_many,           ///< threads, or signals that wait
};

/// The others run again when it ends. Between the two nobody may allocate, wait for a lock, or take
/// long: a thread may stand still within malloc. One at a time in a process; waits for the one
/// before.
class stopped_threads
{
 public:
  /// Stops them, or says why not: see problem().
  explicit stopped_threads(std::chrono::milliseconds patience);
  ~stopped_threads() { release(); }

  stopped_threads(stopped_threads const&) = delete;
  stopped_threads& operator=(stopped_threads const&) = delete;

  [[nodiscard]] stop_outcome outcome() const noexcept { return outcome_; }
  /// The thread that is the cause, when one is.
  [[nodiscard]] int culprit() const noexcept { return culprit_; }

  /// Valid while they are stopped, and in a fork made then.
  [[nodiscard]] std::span<stopped_thread const> threads() const noexcept;

  void release() noexcept;
  /// How long they stood still, known after release().
  [[nodiscard]] std::chrono::nanoseconds pause() const noexcept { return pause_; }

 private:
  using clock = std::chrono::steady_clock;

  stop_outcome stop(std::chrono::milliseconds patience) noexcept;

  std::unique_lock<std::mutex> lock_;
  stop_outcome outcome_;
  int culprit_ = 0;
  bool is_stopped_ = false;
  clock::time_point begin_;
  std::chrono::nanoseconds pause_{0};
};

}  // namespace leaklab::graph
