// A look at this process as it was at one moment, by a forked child, while the process goes on.
//
// All threads stand still for as long as the fork takes (stopped_threads.hpp). The child is made
// without the handlers of pthread_atfork, which would wait for locks that a standing thread has; it
// sends no SIGCHLD, and no wait() of the program's sees it. It ends when its parent does, and is the
// first that the system ends when memory runs out.
#pragma once

#include "graph/stopped_threads.hpp"

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

namespace leaklab::graph
{

/// What the child's function is given.
struct looking_child
{
  int pipe;  ///< what is written here comes back
  pid_t parent;
  std::uintptr_t stack;                     ///< how deep the stack of the thread that forked was
  std::span<stopped_thread const> threads;  ///< the others, as they stood

  /// Says that the locks which others may have held were free. Call it after the first use of the
  /// allocator: without it the child is given up soon, and another one made.
  void has_begun() const noexcept;
  /// Closes what the program has open: no connection is to be kept open by this process.
  void close_inherited() const noexcept;
  /// False when nobody reads it any more.
  bool write(void const* bytes, std::size_t count) const noexcept;
  /// Ends this process. After has_begun(), before anything is written.
  [[noreturn]] void fail(std::uint8_t reason) const noexcept;
};

/// The problem of a look whose child has not said all.
inline constexpr auto child_broke_off = "the forked child ended before its time";

struct look_limits
{
  std::chrono::milliseconds to_stop{100};      ///< all threads, in one attempt
  std::chrono::milliseconds to_begin{1000};    ///< see has_begun()
  std::chrono::milliseconds in_all{10'000};    ///< for the child, which is killed then
  std::size_t bytes = std::size_t(256) << 20;  ///< that come back
  int attempts = 5;
};

struct look
{
  std::string bytes;                  ///< what the child wrote
  std::string problem;                ///< why there is nothing; empty when all went well
  std::uint8_t reason = 0;            ///< what the child failed with, 0 when it did not
  std::chrono::nanoseconds pause{0};  ///< how long the threads stood still, at most
  std::chrono::nanoseconds time{0};   ///< from the beginning to the answer
};

/// Calls `run` in the child, with `context`; it must neither throw nor take a lock that others may
/// have. Blocks the caller until there is an answer. Any thread.
[[nodiscard]] look look_in_fork(void (*run)(looking_child const&, void const*), void const* context,
                                look_limits const& limits = {});

}  // namespace leaklab::graph
