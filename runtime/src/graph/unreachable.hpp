// All that nothing in the program can come to any more: the tasks that nothing can wake, and the objects
// that nothing refers to. What a verdict can prove.
#pragma once

#include "graph/lost_objects.hpp"
#include "graph/stuck_tasks.hpp"

namespace leaklab::graph
{

/// Each with a problem of its own.
struct unreachable
{
  stuck_tasks tasks;
  lost_objects objects;
};

/// A mark for each. Blocks the caller for about as long as it takes to read the heap twice. Any thread.
[[nodiscard]] unreachable look_for_unreachable();

/// See two_marks.hpp.
[[nodiscard]] bool says_all(unreachable const& first);
[[nodiscard]] unreachable in_both(unreachable first, unreachable const& second);

}  // namespace leaklab::graph
