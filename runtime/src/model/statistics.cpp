#include "model/statistics.hpp"

#include "task/task_table.hpp"

namespace leaklab::model
{

statistics collect_statistics()
{
  statistics all;
  all.process = read_process_stats();
  all.heap = read_heap_stats();
  all.heap_sampling_period = heap_sampling_period();
  all.tasks = count_tasks();
  detail::task_table::instance().for_each(
      [&](task_info const& task)
      {
        all.running += task.state == task_state::running;
        all.ready += task.state == task_state::ready;
        all.waiting += task.state == task_state::waiting;
      },
      detail::frames::unread);
  all.failures = task_failures();
  all.gauges = read_gauges();
  return all;
}

}  // namespace leaklab::model
