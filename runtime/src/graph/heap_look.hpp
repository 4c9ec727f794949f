// What is known of each look at the heap, whatever it has looked for.
#pragma once

#include <algorithm>
#include <chrono>
#include <string>

namespace leaklab::graph
{

struct heap_look
{
  std::string problem;                ///< why nothing is known; empty when it is
  std::chrono::nanoseconds pause{0};  ///< how long the threads stood still
  std::chrono::nanoseconds time{0};   ///< from the question to the answer

  /// For what two looks say together.
  void join(heap_look const& second)
  {
    if (problem.empty()) problem = second.problem;
    pause = std::max(pause, second.pause);
    time = std::max(time, second.time);
  }
};

}  // namespace leaklab::graph
