#include "graph/wake_proof.hpp"

#include "graph/channel_links.hpp"
#include "graph/mark.hpp"
#include "graph/private_memory.hpp"
#include "graph/recycled_memory.hpp"
#include "task/further_waits.hpp"

#include <cstring>
#include <iterator>

namespace leaklab::graph
{
namespace
{

using detail::known_frames;
using detail::task_table;

constexpr bool frames_are_known = LEAKLAB_AWAIT_CHAIN == 1;

/// Cuts what leads from the records to the frames, and says of which tasks.
array<known_frames> take_from_records(proof_question const& asked, heap_snapshot& heap) noexcept
{
  std::size_t most = 0;
  for (auto const& records : asked.records)
    most += records.size();
  array<known_frames> tasks(heap.space(), most);
  if (!tasks) return tasks;
  for (auto const& records : asked.records)
    for (auto& record : records)
    {
      if (auto const task = task_table::frames_of(record); task.id != 0) tasks.push(task);
      task_table::forget_stack(record);
    }
  // Nor do the tables lead to anything: the end of an array may be where a block of others begins.
  task_table::instance().forget_all();
  detail::further_waits::instance().forget_all();
  return tasks;
}

/// As far as each link of the list is answered by the one back: a thread may have been changing it.
void cut_signals(detail::scope_children& children, memory_map const& map) noexcept
{
  static_assert(sizeof(boost::asio::cancellation_signal) == sizeof(void*));  // to its handler
  auto before = children.end();
  for (auto each = children.begin(); each != children.end(); before = each++)
  {
    void* const signal = std::addressof(*each);
    if (!is_private(map, signal, sizeof *each) || std::prev(each) != before) return;
    std::memset(signal, 0, sizeof *each);
  }
}

}  // namespace

std::string why_no_proof()
{
  if (!frames_are_known)
    return "how this version of Boost.Asio keeps the frames of a task is not known, or its build has no "
           "await chain";
  return services_are_known
             ? ""
             : "without RTTI Asio's list of channels cannot be told from other memory";
}

bool prove(looking_child const& child, heap_snapshot& heap, asio_services const& services,
           proof_question const& asked, wake_proof& found) noexcept
{
  auto const tasks = take_from_records(asked, heap);
  found.stuck = array<stuck_task>(heap.space(), tasks.size());
  mark reached(heap.space(), heap.blocks());
  if (!tasks || !found.stuck || !reached || !services) return false;
  cut_channel_links(services, heap.map(), heap.blocks());
  clear_recycled_memory(services, heap.map(), heap.blocks(), child.threads);
  for (auto const& each : asked.scopes)
    if (auto const children = each.lock()) cut_signals(*children, heap.map());
  heap.run(reached);

  auto const is_missed = [&](void const* frame)
  { return reached.has_missed(reinterpret_cast<std::uintptr_t>(frame)); };
  for (auto const& task : tasks)
  {
    bool const is_out_of_reach = is_missed(task.stack);
    if (!task.waits)
      found.counts.unseen += is_out_of_reach;
    else if (++found.counts.waiting; is_out_of_reach && is_missed(*task.stack))
      found.stuck.push({task.id, task.since});
  }
  return true;
}

std::string problem_of(proof_counts const& counts)
{
  return counts.unseen == 0
             ? ""
             : "a task that runs or is about to was not reached, so this program keeps references in a "
               "way that cannot be seen";
}

}  // namespace leaklab::graph
