// The threads that the runtime starts in a program that is not its own.
#pragma once

#include "stop_signal.hpp"

#include <pthread.h>
#include <signal.h>

#include <thread>
#include <utility>

namespace leaklab
{
namespace detail
{

/// While it lives, threads start with the signals blocked that are the program's business.
class signals_left_to_the_program
{
 public:
  signals_left_to_the_program() noexcept
  {
    sigset_t blocked;
    ::sigfillset(&blocked);
    for (int const open : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGPROF})
      ::sigdelset(&blocked, open);
    if (int const open = stop_signal()) ::sigdelset(&blocked, open);
    ::pthread_sigmask(SIG_SETMASK, &blocked, &before_);
  }
  ~signals_left_to_the_program() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  signals_left_to_the_program(signals_left_to_the_program const&) = delete;
  signals_left_to_the_program& operator=(signals_left_to_the_program const&) = delete;

 private:
  sigset_t before_;
};

}  // namespace detail

/// Starts a thread that runs `body`, as std::jthread does. It is called `name`, of which the kernel
/// keeps 15 characters, and blocks every signal but three kinds. A signal that a fault raises in the
/// thread itself cannot wait, nor can the runtime's own (stop_signal.hpp). SIGPROF goes to any
/// thread that has it open, so the CPU profiler would bill the time of one that blocks it to
/// another; gperftools opens it where a profile is started anyway (profile-handler.cc,
/// ScopedSignalBlocker).
template <class Body>
[[nodiscard]] std::jthread start_own_thread(char const* name, Body&& body)
{
  detail::signals_left_to_the_program const inherited;
  std::jthread thread(std::forward<Body>(body));
  ::pthread_setname_np(thread.native_handle(), name);
  return thread;
}

}  // namespace leaklab
