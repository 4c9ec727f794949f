#include "model/task_list.hpp"

namespace leaklab::model
{

task_list list_tasks(task_filter const& filter)
{
  task_list result;
  for_each_task(
      [&](task_info const& task)
      {
        ++result.total;
        if (!filter.accepts(task)) return;
        if (result.matching++ < filter.limit) result.shown.push_back(task);
      });
  return result;
}

}  // namespace leaklab::model
