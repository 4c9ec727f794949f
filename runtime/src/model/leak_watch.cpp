#include "model/leak_watch.hpp"

#include "own_thread.hpp"
#include "probe/descriptors.hpp"
#include "task/task_table.hpp"

#include <leaklab/gauge.hpp>
#include <leaklab/heap.hpp>
#include <leaklab/process.hpp>

#include <algorithm>
#include <condition_variable>
#include <system_error>
#include <utility>

namespace leaklab::model
{
namespace
{

constexpr double count_noise = 5;
constexpr double heap_noise = 1 << 20;
constexpr std::size_t most_series = 512;

}  // namespace

std::string_view to_string(leak_kind kind) noexcept
{
  switch (kind)
  {
    case leak_kind::tasks:
      return "tasks";
    case leak_kind::gauge:
      return "gauge";
    case leak_kind::fds:
      return "fds";
    case leak_kind::heap:
      break;
  }
  return "heap";
}

leak_watch::series& leak_watch::at(leak_kind kind, std::string what, double noise,
                                   source_site waits_at, source_site spawned_at)
{
  auto const [known, is_new] = series_.try_emplace(
      key(kind, what, waits_at.function, waits_at.line, spawned_at.function, spawned_at.line));
  auto& entry = known->second;
  if (is_new)
  {
    entry.about.kind = kind;
    entry.about.what = std::move(what);
    entry.about.waits_at = waits_at;
    entry.about.spawned_at = spawned_at;
    entry.noise = noise;
  }
  if (!entry.seen)
  {
    entry.seen = true;
    entry.about.value = 0;
    entry.about.oldest = {};
    entry.about.example = 0;
  }
  return entry;
}

void leak_watch::sample(double seconds)
{
  std::lock_guard const lock(mutex_);
  if (!begun_) first_ = seconds;
  begun_ = true;
  last_ = seconds;
  keep_heap(seconds - first_);

  auto& tasks = at(leak_kind::tasks, "", count_noise);
  tasks.total = true;
  tasks.about.value = static_cast<double>(count_tasks().live);
  detail::task_table::instance().for_each(
      [&](task_info const& task)
      {
        auto& place = at(leak_kind::tasks,
                         *task.operation ? task.operation : std::string(to_string(task.state)),
                         count_noise, task.waits_at, task.spawned_at);
        ++place.about.value;
        if (place.about.example && task.waiting_for <= place.about.oldest) return;
        place.about.oldest = task.waiting_for;
        place.about.example = task.id;
      },
      detail::frames::unread);

  if (auto const heap = read_heap_stats(); heap.watched)
    at(leak_kind::heap, "", heap_noise).about.value = static_cast<double>(heap.in_use_bytes);
  else
    heap_not_watched_ = "malloc is " + std::string(heap.allocator);
  try
  {
    auto const fds = read_fd_counts();
    auto& total = at(leak_kind::fds, "", count_noise);
    total.total = true;
    total.about.value = static_cast<double>(fds.total);
    for (auto const& [kind, count] :
         {std::pair("file", fds.files), std::pair("directory", fds.directories),
          std::pair("socket", fds.sockets), std::pair("pipe", fds.pipes),
          std::pair("device", fds.devices), std::pair("anonymous", fds.anonymous)})
      at(leak_kind::fds, kind, count_noise).about.value = static_cast<double>(count);
  }
  catch (std::system_error const&)
  {
    // No descriptor is left to count with: the sample before stands.
  }
  for (auto const& own : read_gauges())
    at(leak_kind::gauge, own.name, own.noise).about.value = own.value;

  for (auto entry = series_.begin(); entry != series_.end();)
  {
    auto& [name, s] = *entry;
    if (!s.seen) s.about.value = 0;  // no task is there any more, or the gauge is gone
    s.past.add({seconds, s.about.value});
    // Places come and go with the code that runs; those that nobody waits in make room first.
    if (!s.seen && series_.size() > most_series)
      entry = series_.erase(entry);
    else
    {
      s.seen = false;
      ++entry;
    }
  }
}

void leak_watch::keep_heap(double watched)
{
  if (watched < keep_heap_at_) return;
  auto const begin = std::chrono::steady_clock::now();
  heap_earlier_ = std::exchange(heap_later_, read_heap_by_stack());
  std::chrono::duration<double> const took = std::chrono::steady_clock::now() - begin;
  // Meanwhile tcmalloc's page heap is locked, and no thread gets pages from it: for one part in two
  // hundred of the time, at most.
  keep_heap_at_ = std::max({least_seconds_to_judge, 2 * watched, watched + 200 * took.count()});
}

leak_report leak_watch::report() const
{
  std::lock_guard const lock(mutex_);
  leak_report result;
  result.watched_seconds = last_ - first_;
  result.series = series_.size();
  result.heap_not_watched = heap_not_watched_;
  for (auto const& [name, s] : series_)
  {
    if (s.total) continue;
    auto found = s.past.judge(s.noise);
    if (found.verdict != verdict::leaking) continue;
    result.leaks.push_back(s.about);
    result.leaks.back().found = std::move(found);
  }
  std::ranges::stable_sort(
      result.leaks, [](auto const& a, auto const& b)
      { return std::pair(a.kind, -a.found.slope) < std::pair(b.kind, -b.found.slope); });
  if (!result.leaks.empty())
    result.verdict = verdict::leaking;
  else if (result.watched_seconds >= least_seconds_to_judge)
    result.verdict = verdict::steady;
  else
    result.seconds_needed = least_seconds_to_judge - result.watched_seconds;
  return result;
}

leak_report leak_watch::report(symbols::symboliser& symbols) const
{
  auto result = report();
  for (auto& leak : result.leaks)
  {
    if (leak.kind == leak_kind::fds) leak.example_descriptor = example_descriptor(leak.what);
    if (leak.kind != leak_kind::heap) continue;
    auto const earlier = [this]
    {
      std::lock_guard const lock(mutex_);
      return heap_earlier_;
    }();
    leak.allocated_at = find_heap_origin(symbols, earlier, read_heap_by_stack());
  }
  return result;
}

judgement leak_watch::judge(std::string_view total) const
{
  std::lock_guard const lock(mutex_);
  for (auto const& [name, s] : series_)
    if (s.about.kind == leak_kind::gauge ? s.about.what == total
                                         : s.about.what.empty() && to_string(s.about.kind) == total)
      return s.past.judge(s.noise);
  judgement nothing;
  nothing.reason = total == to_string(leak_kind::heap) && !heap_not_watched_.empty()
                       ? "the heap is not watched: " + heap_not_watched_
                       : "the program has no gauge called " + std::string(total);
  return nothing;
}

void leak_watch::start()
{
  (void)heap_sampling_period();  // the caller's thread takes over what the environment has set
  thread_ = start_own_thread(
      "leaklab-watch",
      [this](std::stop_token const& stopping)
      {
        using clock = std::chrono::steady_clock;
        std::mutex alone;
        std::condition_variable_any pause;
        std::unique_lock lock(alone);
        while (!stopping.stop_requested())
        {
          auto const begin = clock::now();
          sample(std::chrono::duration<double>(begin.time_since_epoch()).count());
          auto const took = clock::now() - begin;
          pause.wait_until(
              lock, stopping,
              begin + std::max<clock::duration>(std::chrono::milliseconds(100), took * 20),
              [] { return false; });
        }
      });
}

void leak_watch::stop()
{
  thread_ = {};
}

}  // namespace leaklab::model
