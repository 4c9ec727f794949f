// The signal with which the runtime has the program's threads stand still (graph/stopped_threads.hpp).
#pragma once

#include <signal.h>

namespace leaklab
{

/// The highest real-time signal that the program did not handle when this was first called, 0 when
/// there is none. The runtime's own threads leave it open, whatever else they block. Any thread.
[[nodiscard]] inline int stop_signal() noexcept
{
  static int const found = []
  {
    for (int number = SIGRTMAX - 1; number >= SIGRTMIN; --number)
    {
      struct sigaction current = {};
      if (::sigaction(number, nullptr, &current) == 0 && current.sa_handler == SIG_DFL)
        return number;
    }
    return 0;
  }();
  return found;
}

}  // namespace leaklab
