#include "model/prove.hpp"

#include "task/task_table.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <utility>

namespace leaklab::model
{
namespace
{

std::vector<wait_site> sites_of(std::vector<graph::stuck_task> const& stuck)
{
  using key = std::tuple<std::string, char const*, std::uint32_t, char const*, std::uint32_t>;
  std::map<key, wait_site> sites;
  detail::task_table::instance().for_each(
      [&](task_info const& task)
      {
        if (!std::ranges::binary_search(stuck, task.id, {}, &graph::stuck_task::id)) return;
        auto operation = operation_or_state(task);
        auto& site = sites[{operation, task.waits_at.function, task.waits_at.line,
                            task.spawned_at.function, task.spawned_at.line}];
        site.operation = std::move(operation);
        site.waits_at = task.waits_at;
        site.spawned_at = task.spawned_at;
        ++site.tasks;
        if (site.example && task.waiting_for <= site.oldest) return;
        site.oldest = task.waiting_for;
        site.example = task.id;
      },
      detail::frames::unread);
  std::vector<wait_site> found;
  for (auto& [name, site] : sites)
    found.push_back(std::move(site));
  return found;
}

bool is_at(finding const& f, wait_site const& site)
{
  return f.kind == figure_kind::tasks && f.what == site.operation && f.waits_at == site.waits_at &&
         f.spawned_at == site.spawned_at;
}

void prove_tasks(leak_report& report, graph::stuck_tasks const& stuck)
{
  auto& proof = *report.proof;
  proof.stuck = stuck.found.size();
  proof.waiting = stuck.waiting;
  for (auto& f : report.findings)
    if (f.kind == figure_kind::tasks)
      f.proven = f.what.empty() ? static_cast<double>(proof.stuck) : 0;
  for (auto& site : sites_of(stuck.found))
  {
    auto const f =
        std::ranges::find_if(report.findings, [&](auto const& each) { return is_at(each, site); });
    if (f != report.findings.end())
      f->proven = site.tasks;
    else
      proof.elsewhere.push_back(std::move(site));
  }
  std::ranges::stable_sort(proof.elsewhere, std::greater<>(), &wait_site::tasks);
}

void prove_heap(leak_report& report, graph::lost_objects const& lost, symbols::symboliser& symbols,
                libraries const& named)
{
  std::map<std::pair<std::string, std::int64_t>, double> by_line;
  for (auto const& sample : graph::as_heap_samples(lost))
    if (auto const* const own = innermost_own(symbols, sample.stack, named))
    {
      by_line[{own->file, own->line}] += sample.bytes;
      report.proof->lost += sample.bytes;
    }
  for (auto& f : report.findings)
  {
    if (f.kind != figure_kind::heap || f.places.empty()) continue;
    f.proven = 0;
    for (auto& place : f.places)
    {
      auto const known = by_line.find({place.line.file, place.line.line});
      place.lost = known == by_line.end() ? 0 : known->second;
      *f.proven += place.lost;
    }
  }
}

}  // namespace

void prove(leak_report& report, graph::unreachable const& found, symbols::symboliser& symbols,
           libraries const& named)
{
  auto& proof = report.proof.emplace();
  proof.pause = std::max(found.tasks.pause, found.objects.pause);
  proof.time = std::max(found.tasks.time, found.objects.time);
  proof.tasks_unknown = found.tasks.problem;
  proof.heap_unknown = found.objects.problem;
  if (proof.tasks_unknown.empty()) prove_tasks(report, found.tasks);
  if (proof.heap_unknown.empty()) prove_heap(report, found.objects, symbols, named);

  for (auto& f : report.findings)
  {
    if (f.proven.value_or(0) < noise_of(f.kind)) continue;
    f.found.verdict = report.verdict = verdict::leaking;
    for (auto& [figure, word] : report.figures)
      if (figure == to_string(f.kind)) word.verdict = verdict::leaking;
  }
  std::ranges::stable_sort(report.findings, {}, order);
}

}  // namespace leaklab::model
