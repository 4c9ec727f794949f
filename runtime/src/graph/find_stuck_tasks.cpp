#include "graph/stuck_tasks.hpp"
#include "graph/two_marks.hpp"
#include "own_thread.hpp"

#include <leaklab/proof.hpp>

#include <future>
#include <stdexcept>
#include <utility>

namespace leaklab
{

std::vector<task_id> find_stuck_tasks()
{
  // On a thread of its own: the caller's may have run the tasks, and what it has left on its stack would
  // lie in the frames of the look, where it counts.
  std::packaged_task<graph::stuck_tasks()> look(
      [] { return graph::two_marks(graph::look_for_stuck_tasks); });
  auto answer = look.get_future();
  auto const thread = start_own_thread("leaklab-look", std::move(look));
  auto const stuck = answer.get();
  if (!stuck.problem.empty()) throw std::runtime_error(stuck.problem);
  std::vector<task_id> found;
  for (auto const& each : stuck.found)
    found.push_back(each.id);
  return found;
}

}  // namespace leaklab
