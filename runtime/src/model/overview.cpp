// What the watch has seen, for one who looks at all of it.
#include "model/overview.hpp"

#include "model/grown_places.hpp"
#include "model/heap_profile.hpp"
#include "model/leak_watch.hpp"
#include "model/open_descriptors.hpp"
#include "unwind/opening_stacks.hpp"

#include <leaklab/heap.hpp>

#include <algorithm>
#include <functional>
#include <system_error>
#include <utility>

namespace leaklab::model
{
namespace
{

// To be named: each costs a look into the debug data when it is first seen.
constexpr std::size_t most_amounts = 100;

std::vector<gauge_point> from_now(history const& past, double begin, double now)
{
  auto points = past.empty() ? std::vector<gauge_point>() : past.since(begin);
  for (auto& point : points)
    point.seconds = std::min(point.seconds - now, 0.0);
  return points;
}

// The others, as one amount of no place.
amounts_by_stack largest(amounts_by_stack all)
{
  if (all.size() <= most_amounts) return all;
  std::vector<double> amounts;
  for (auto const& [stack, amount] : all)
    amounts.push_back(amount);
  std::ranges::nth_element(amounts, amounts.begin() + most_amounts, std::greater<>());
  double rest = 0;
  std::erase_if(all,
                [&, least = amounts[most_amounts]](auto const& each)
                {
                  if (each.second > least) return false;
                  rest += each.second;
                  return true;
                });
  all[{}] += rest;
  return all;
}

}  // namespace

std::vector<figure_course> leak_watch::courses(leak_report const& report, double begin) const
{
  std::vector<figure_course> result;
  for (auto const& [name, s] : series_)
    if (s.total)
      result.push_back({s.about.kind, s.about.what, s.about.value,
                        report.figures.at(result.size()).found,
                        from_now(s.past.past(), begin, spawned_.last())});
  return result;
}

std::vector<wait_site> leak_watch::wait_sites() const
{
  std::vector<wait_site> result;
  for (auto const& [name, s] : series_)
  {
    auto const& about = s.about;
    if (about.kind == figure_kind::tasks && !s.total && about.value > 0)
      result.push_back(
          {about.what, about.waits_at, about.spawned_at, about.value, about.oldest, about.example});
  }
  std::ranges::stable_sort(result, std::greater<>(), &wait_site::tasks);
  return result;
}

overview leak_watch::look_back(symbols::symboliser& symbols, double seconds,
                               std::span<std::string_view const> hidden) const
{
  overview result;
  {
    std::lock_guard const lock(mutex_);
    auto const now = spawned_.last();
    result.seconds = std::min(seconds, spawned_.empty() ? 0 : now - spawned_.first());
    auto const begin = now - result.seconds;
    result.report = judge_all();
    result.courses = courses(result.report, begin);
    result.resident = from_now(resident_, begin, now);
    result.waits = wait_sites();
    for (auto mark : read_marks())
    {
      mark.seconds -= now;
      if (mark.seconds >= -result.seconds) result.marks.push_back(std::move(mark));
    }
  }

  symbols::symboliser::reading const names(symbols);
  auto heap = read_heap_by_stack();
  add_places(result.report, symbols, heap);
  result.heap = grown_places(symbols, libraries_, {}, largest(std::move(heap)), 0);
  if (result.heap.empty())
    result.heap_unknown = heap_sampling_period() > 0 ? "too few samples of the program's own lines"
                          : read_heap_stats().tcmalloc ? "the heap is not sampled"
                                                       : "malloc is not tcmalloc";

  if (state_of_opening_notes() == opening_notes::on) try
    {
      amounts_by_stack opened;
      for (auto& [kind, amounts] : read_openings())
        for (auto& [stack, count] : amounts)
          opened[stack] += count;
      opened = largest(std::move(opened));
      std::erase_if(opened,
                    [&](auto const& each) { return is_hidden(symbols, each.first, hidden); });
      result.openings = grown_places(symbols, libraries_, {}, opened, 1);
    }
    catch (std::system_error const&)
    {
      // No descriptor is left to look with.
    }
  if (result.openings.empty())
    result.openings_unknown = state_of_opening_notes() == opening_notes::on
                                  ? "by no line of the program that was noted"
                                  : "link leaklab::descriptors";
  return result;
}

}  // namespace leaklab::model
