#include "model/statistics.hpp"

#include "probe/identity.hpp"
#include "task/task_table.hpp"

#include <utility>

namespace leaklab::model
{

statistics collect_statistics()
{
  counted now;
  now.fds = read_fd_counts();
  detail::task_table::instance().for_each(
      [&](task_info const& task) { now.states.add(task.state); }, detail::frames::unread);
  now.gauges = read_gauges();
  return collect_statistics(std::move(now));
}

statistics collect_statistics(counted&& before)
{
  statistics all;
  all.process = read_process_stats_but_fds();
  all.process.fds = before.fds;
  all.heap = read_heap_stats();
  all.heap_sampling_period = heap_sampling_period();
  all.tasks = count_tasks();
  all.states = before.states;
  all.failures = task_failures();
  all.gauges = std::move(before.gauges);
  return all;
}

}  // namespace leaklab::model
