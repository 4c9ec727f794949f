#include "graph/stuck_tasks.hpp"

#include "graph/byte_reader.hpp"
#include "graph/forked_look.hpp"
#include "graph/heap_snapshot.hpp"
#include "graph/wake_proof.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

namespace leaklab::graph
{
namespace
{

/// What the child writes first; then a record for each stuck task.
struct proof_summary
{
  proof_counts counts;
  std::uint64_t stuck = 0;
};

void prove_in_child(looking_child const& child, void const* context)
{
  auto const& asked = *static_cast<proof_question const*>(context);
  heap_snapshot heap(child);
  asio_services const services(heap.space(), heap.map(), heap.blocks());
  wake_proof proof;
  if (!prove(child, heap, services, asked, proof)) child.fail(no_memory);
  proof_summary const summary{proof.counts, proof.stuck.size()};
  if (child.write(&summary, sizeof summary))
    child.write(proof.stuck.begin(), proof.stuck.size() * sizeof(stuck_task));
}

bool parse(std::string_view bytes, stuck_tasks& into)
{
  byte_reader from(bytes);
  proof_summary summary;
  if (!from.take(summary) || !from.take(into.found, summary.stuck)) return false;
  into.waiting = summary.counts.waiting;
  if (into.problem = problem_of(summary.counts); !into.problem.empty()) into.found.clear();
  std::ranges::sort(into.found);
  return from.is_at_end();
}

}  // namespace

stuck_tasks look_for_stuck_tasks()
{
  stuck_tasks result;
  result.problem = why_no_proof();
  if (!result.problem.empty()) return result;
  proof_question const asked;
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
