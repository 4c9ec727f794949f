#include "graph/stuck_tasks.hpp"

#include "graph/byte_reader.hpp"
#include "graph/channel_links.hpp"
#include "graph/forked_look.hpp"
#include "graph/heap_snapshot.hpp"
#include "graph/private_memory.hpp"
#include "task/exit_scopes.hpp"
#include "task/further_waits.hpp"
#include "task/task_table.hpp"

#include <leaklab/detail/asio_version.hpp>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace leaklab::graph
{
namespace
{

using detail::known_frames;
using detail::task_table;

constexpr bool frames_are_known = LEAKLAB_AWAIT_CHAIN == 1;

/// What the child cannot ask for, as that takes locks.
struct listed_things
{
  std::vector<std::span<detail::task_record>> records = task_table::instance().records();
  std::vector<std::weak_ptr<detail::scope_children>> scopes = detail::exit_scopes::instance().all();
};

/// What the child writes first; then a record for each stuck task.
struct proof_summary
{
  std::uint64_t waiting = 0;
  std::uint64_t stuck = 0;
  std::uint64_t unseen = 0;  // tasks that somebody will run, and yet the mark has not reached them
};

/// Cuts what leads from the records to the frames, and says of which tasks.
array<known_frames> take_from_records(listed_things const& asked, heap_snapshot& heap) noexcept
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

void prove_in_child(looking_child const& child, void const* context)
{
  auto const& asked = *static_cast<listed_things const*>(context);
  heap_snapshot heap(child);
  auto const tasks = take_from_records(asked, heap);
  array<stuck_task> stuck(heap.space(), tasks.size());
  mark reached(heap.space(), heap.blocks());
  if (!tasks || !stuck || !reached) child.fail(no_memory);
  cut_channel_links(heap.map(), heap.blocks());
  for (auto const& each : asked.scopes)
    if (auto const children = each.lock()) cut_signals(*children, heap.map());
  heap.run(reached);

  auto const is_missed = [&](void const* frame)
  { return reached.has_missed(reinterpret_cast<std::uintptr_t>(frame)); };
  proof_summary counts;
  for (auto const& task : tasks)
  {
    bool const is_out_of_reach = is_missed(task.stack);
    if (!task.waits)
      counts.unseen += is_out_of_reach;
    else if (++counts.waiting; is_out_of_reach && is_missed(*task.stack))
      stuck.push({task.id, task.since});
  }
  counts.stuck = stuck.size();
  if (child.write(&counts, sizeof counts))
    child.write(stuck.begin(), stuck.size() * sizeof(stuck_task));
}

bool parse(std::string_view bytes, stuck_tasks& into)
{
  byte_reader from(bytes);
  proof_summary counts;
  if (!from.take(counts) || !from.take(into.found, counts.stuck)) return false;
  into.waiting = counts.waiting;
  if (counts.unseen != 0)
  {
    into.found.clear();
    into.problem =
        "a task that runs or is about to was not reached, so this program keeps references in a way "
        "that cannot be seen";
  }
  std::ranges::sort(into.found);
  return from.is_at_end();
}

}  // namespace

stuck_tasks look_for_stuck_tasks()
{
  stuck_tasks result;
  if (!frames_are_known)
    result.problem =
        "how this version of Boost.Asio keeps the frames of a task is not known, or its build has "
        "no await chain";
  else if (!channel_links_are_known())
    result.problem = "without RTTI Asio's list of channels cannot be told from other memory";
  if (!result.problem.empty()) return result;
  listed_things const asked;
  return look_at_heap<stuck_tasks>(prove_in_child, &asked, parse);
}

stuck_tasks in_both(stuck_tasks first, stuck_tasks const& second)
{
  first.join(second);
  std::vector<stuck_task> both;
  std::ranges::set_intersection(first.found, second.found, std::back_inserter(both));
  first.found = std::move(both);
  first.waiting = second.waiting;
  return first;
}

}  // namespace leaklab::graph
