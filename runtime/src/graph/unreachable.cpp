#include "graph/unreachable.hpp"

#include "graph/two_marks.hpp"

#include <leaklab/heap.hpp>

#include <utility>

namespace leaklab::graph
{

unreachable look_for_unreachable()
{
  unreachable found;
  found.tasks = look_for_stuck_tasks();
  if (read_heap_stats().tcmalloc && heap_sampling_period() == 0)
    found.objects.problem = "the heap is not sampled";
  else
    found.objects = look_for_lost_objects();
  return found;
}

bool says_all(unreachable const& first)
{
  return says_all(first.tasks) && says_all(first.objects);
}

unreachable in_both(unreachable first, unreachable const& second)
{
  return {in_both(std::move(first.tasks), second.tasks),
          in_both(std::move(first.objects), second.objects)};
}

}  // namespace leaklab::graph
