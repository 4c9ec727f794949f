// The heap as a graph where there is no tcmalloc: nothing is known of its blocks.
#include "graph/awaited_objects.hpp"
#include "graph/holders.hpp"
#include "graph/lost_objects.hpp"
#include "graph/stuck_tasks.hpp"

namespace leaklab::graph
{
namespace
{

constexpr auto no_tcmalloc =
    "only tcmalloc tells where its blocks lie, and this program was built without it";

}  // namespace

lost_objects look_for_lost_objects()
{
  lost_objects result;
  result.problem = no_tcmalloc;
  return result;
}

holders look_for_holders(std::vector<allocating_stacks> const&, std::size_t)
{
  holders result;
  result.problem = no_tcmalloc;
  return result;
}

stuck_tasks look_for_stuck_tasks()
{
  stuck_tasks result;
  result.problem = no_tcmalloc;
  return result;
}

awaited_objects look_for_awaited_objects()
{
  awaited_objects result;
  result.problem = no_tcmalloc;
  return result;
}

awaited_objects in_both(awaited_objects first, awaited_objects const&)
{
  return first;
}

lost_objects in_both(lost_objects first, lost_objects const&)
{
  return first;
}

stuck_tasks in_both(stuck_tasks first, stuck_tasks const&)
{
  return first;
}

std::vector<heap_sample> as_heap_samples(lost_objects const&)
{
  return {};
}

}  // namespace leaklab::graph
