// What the watch says: the same of each figure, whoever asks.
#include "model/grown_places.hpp"
#include "model/heap_profile.hpp"
#include "model/leak_watch.hpp"
#include "model/marks.hpp"
#include "model/open_descriptors.hpp"
#include "probe/descriptors.hpp"
#include "unwind/opening_stacks.hpp"

#include <leaklab/heap.hpp>

#include <algorithm>

namespace leaklab::model
{
namespace
{

constexpr std::size_t most_findings = 10;  // of a figure
constexpr double explained = 0.5;
constexpr double least_samples = 3;  // that stand for the growth of a line

std::string figure_of(finding const& about)
{
  return about.kind == figure_kind::gauge ? about.what : std::string(to_string(about.kind));
}

// The places speak for their figure. It speaks for itself where it is worse than any of them, and
// where they explain little of its rise. Its word is the worst of all these.
void add_figure(leak_report& report, finding total, std::vector<finding> places)
{
  double sum = 0;
  auto worst = verdict::unknown;
  for (auto const& place : places)
  {
    sum += place.found.rise;
    worst = std::min(worst, place.found.verdict);
  }
  auto& whole = total.found;
  bool const rises = is_finding(whole.verdict);
  auto const rise = std::max(sum, rises ? whole.rise : 0);
  for (auto& place : places)
    place.share = rise > 0 ? place.found.rise / rise : 1;
  std::ranges::stable_sort(places, {}, order);
  places.resize(std::min(places.size(), most_findings));

  auto const figure = figure_of(total);
  bool const by_itself = rises && (whole.verdict < worst || sum < explained * whole.rise);
  auto const worst_place = places.empty() ? whole : places.front().found;
  if (by_itself) places.insert(places.begin(), total);
  if (by_itself ? worst < whole.verdict : worst != whole.verdict) whole = worst_place;
  report.figures.push_back({figure, whole});
  report.findings.insert(report.findings.end(), places.begin(), places.end());
  report.verdict = std::min(report.verdict, whole.verdict);
}

}  // namespace

std::string_view to_string(figure_kind kind) noexcept
{
  switch (kind)
  {
    case figure_kind::tasks:
      return "tasks";
    case figure_kind::gauge:
      return "gauge";
    case figure_kind::fds:
      return "fds";
    case figure_kind::heap:
      break;
  }
  return "heap";
}

// Tasks that go from place to place have the line in common that spawned them. While they grow it
// may be that of others as well.
void leak_watch::find_spawner(finding& all) const
{
  std::map<std::pair<char const*, std::uint32_t>, double> counts;
  for (auto const& [name, s] : series_)
  {
    auto const& about = s.about;
    if (s.total || about.kind != figure_kind::tasks || !about.spawned_at) continue;
    auto& count = counts[{about.spawned_at.function, about.spawned_at.line}];
    count += about.value;
    if (count >= explained * all.value) all.spawned_at = about.spawned_at;
  }
}

leak_report leak_watch::report() const
{
  std::lock_guard const lock(mutex_);
  return judge_all();
}

leak_report leak_watch::judge_all() const
{
  leak_report result;
  result.watched_seconds = spawned_.empty() ? 0 : spawned_.last() - spawned_.first();
  result.patience_seconds = patience_.count();
  result.seconds_needed = std::max(shortest_span(patience_).count() - result.watched_seconds, 0.0);
  result.series = series_.size();
  result.own_bytes = bytes();
  result.heap_not_watched = heap_not_watched_;

  std::map<std::string, std::vector<finding>> places;
  std::vector<finding> totals;
  for (auto const& [name, s] : series_)
  {
    finding made = s.about;
    made.found = s.past.judge(s.options);
    if (s.total)
    {
      if (made.kind == figure_kind::tasks && made.found.verdict == verdict::held)
        find_spawner(made);
      totals.push_back(std::move(made));
    }
    else if (is_finding(made.found.verdict))
      places[figure_of(made)].push_back(std::move(made));
  }
  for (auto& total : totals)
  {
    auto of_it = std::move(places[figure_of(total)]);
    add_figure(result, std::move(total), std::move(of_it));
  }
  std::ranges::stable_sort(result.findings, {}, order);

  auto const marks = read_marks();
  for (auto& each : result.findings)
  {
    auto const began = spawned_.last() - each.found.since;
    for (auto const& mark : marks)
    {
      if (mark.seconds > began) continue;
      each.mark = mark.text;
      each.mark_before = began - mark.seconds;
    }
  }
  return result;
}

// What was there when it began to rise.
readings::kept leak_watch::before(finding const& found) const
{
  std::lock_guard const lock(mutex_);
  auto const began = spawned_.last() - found.found.since;
  if (found.kind == figure_kind::heap) return heap_by_stack_.before(began);
  auto const known = openings_.find(found.what);
  return known == openings_.end() ? readings::kept() : known->second.before(began);
}

leak_report leak_watch::report(symbols::symboliser& symbols) const
{
  auto result = report();
  bool const heap_grows = std::ranges::any_of(
      result.findings, [](auto const& each) { return each.kind == figure_kind::heap; });
  add_places(result, symbols, heap_grows ? read_heap_by_stack() : amounts_by_stack());
  return result;
}

void leak_watch::add_places(leak_report& report, symbols::symboliser& symbols,
                            amounts_by_stack const& heap) const
{
  std::optional<std::map<std::string_view, amounts_by_stack>> openings;
  for (auto& each : report.findings)
    if (each.kind == figure_kind::heap)
    {
      auto const least = least_samples * static_cast<double>(fixed_heap_sampling_period());
      each.places = grown_places(symbols, libraries_, before(each), heap, least);
      if (each.places.empty())
        each.places_unknown =
            heap_sampling_period()
                ? "too few samples of the program's own lines yet"
                : "not sampled; curl -X POST 'URL/debug/config/heap_sampling?period=524288'";
    }
    else if (each.kind == figure_kind::fds)
    {
      bool const is_noted = state_of_opening_notes() == opening_notes::on;
      if (is_noted && !openings) openings = read_openings();
      if (is_noted)
        each.places = grown_places(symbols, libraries_, before(each), (*openings)[each.what], 1);
      if (each.places.empty())
        each.places_unknown =
            is_noted ? "by no line of the program that was noted" : "link leaklab::descriptors";
      each.example_descriptor = example_descriptor(each.what);
    }
}

judgement leak_watch::judge(std::string_view figure) const
{
  auto const all = report();
  auto const known = std::ranges::find(all.figures, figure, &figure_verdict::figure);
  if (known != all.figures.end()) return known->found;
  judgement nothing;
  nothing.reason = figure == to_string(figure_kind::heap) && !all.heap_not_watched.empty()
                       ? "the heap is not watched: " + all.heap_not_watched
                       : "the program has no gauge called " + std::string(figure);
  return nothing;
}

}  // namespace leaklab::model
