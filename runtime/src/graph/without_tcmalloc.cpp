// The heap as a graph where there is no tcmalloc: nothing is known of its blocks.
#include "graph/lost_objects.hpp"

namespace leaklab::graph
{

lost_objects look_for_lost_objects()
{
  lost_objects result;
  result.problem = "only tcmalloc tells where its blocks lie, and this program was built without it";
  return result;
}

lost_objects in_both(lost_objects first, lost_objects const&)
{
  return first;
}

std::vector<heap_sample> as_heap_samples(lost_objects const&)
{
  return {};
}

}  // namespace leaklab::graph
