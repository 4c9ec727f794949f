#include "model/leak_watch.hpp"

#include "model/heap_profile.hpp"
#include "model/open_descriptors.hpp"
#include "own_thread.hpp"
#include "own_work.hpp"
#include "probe/descriptors.hpp"
#include "task/task_table.hpp"
#include "unwind/opening_stacks.hpp"

#include <leaklab/gauge.hpp>
#include <leaklab/heap.hpp>
#include <leaklab/process.hpp>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <new>
#include <system_error>
#include <utility>

namespace leaklab::model
{
namespace
{

constexpr std::size_t most_series = 256;
constexpr int most_skipped = 50;

}  // namespace

leak_watch::seen_figure* leak_watch::at(look& now, figure_kind kind, std::string what,
                                        judge_options const& options, source_site waits_at,
                                        source_site spawned_at) const
{
  key name(kind, what, waits_at.function, waits_at.line, spawned_at.function, spawned_at.line);
  auto known = now.figures.find(name);
  if (known != now.figures.end()) return &known->second;
  if (!series_.contains(name))
  {
    if (series_.size() + now.new_figures >= most_series && kind == figure_kind::tasks)
      return nullptr;
    ++now.new_figures;
  }
  auto& made = now.figures[std::move(name)];
  made.options = options;
  made.about.kind = kind;
  made.about.what = std::move(what);
  made.about.waits_at = waits_at;
  made.about.spawned_at = spawned_at;
  return &made;
}

void leak_watch::set(look& now, figure_kind kind, std::string what, double value,
                     judge_options const& options, bool total) const
{
  if (auto* const entry = at(now, kind, std::move(what), options))
  {
    entry->about.value = value;
    entry->total = total;
  }
}

judge_options leak_watch::allowing(double noise) const
{
  return {.noise = noise, .patience = patience_};
}

void leak_watch::count_tasks_by_place(look& now, double seconds) const
{
  auto const counts = count_tasks();
  // Tasks are numbered as they are spawned: the number reached so long ago tells who is so old.
  std::array<double, age_counts::steps> reached{};
  for (std::size_t i = 0; i != reached.size(); ++i)
    reached[i] = spawned_.value_at(seconds - age_counts::age(i));
  now.spawned = static_cast<double>(counts.spawned);

  auto const options = allowing(noise_of(figure_kind::tasks));
  auto* const all = at(now, figure_kind::tasks, "", options);
  all->total = true;
  all->about.value = static_cast<double>(counts.live);
  detail::task_table::instance().for_each(
      [&](task_info const& task)
      {
        now.all.states.add(task.state);
        // The numbers fall with the age.
        auto const younger = std::ranges::find_if(
            reached, [id = static_cast<double>(task.id)](double number) { return number < id; });
        auto const steps = static_cast<std::size_t>(younger - reached.begin());
        all->ages.add(steps);
        auto* const place = at(now, figure_kind::tasks, operation_or_state(task), options,
                               task.waits_at, task.spawned_at);
        if (!place) return;
        place->ages.add(steps);
        ++place->about.value;
        if (place->about.example && task.waiting_for <= place->about.oldest) return;
        place->about.oldest = task.waiting_for;
        place->about.example = task.id;
      },
      detail::frames::unread);
}

void leak_watch::count_descriptors(look& now)
try
{
  auto const answers = own_work::count();
  auto const counts = read_fd_counts();
  // While the endpoint makes an answer, some that it keeps in reserve are closed.
  bool const disturbed = answers != own_work::count() || own_work::goes_on();
  if (!disturbed || !fds_ || ++fd_looks_skipped_ > most_skipped)
  {
    fd_looks_skipped_ = 0;
    fds_ = counts;
    own_sockets_ = std::min(own_socket::count(), counts.sockets);
  }
  auto fds = *fds_;
  fds.sockets -= own_sockets_;
  fds.total -= own_sockets_;
  auto const options = allowing(noise_of(figure_kind::fds));
  set(now, figure_kind::fds, "", static_cast<double>(fds.total), options, true);
  for (auto const& [kind, count] :
       {std::pair("file", fds.files), std::pair("directory", fds.directories),
        std::pair("socket", fds.sockets), std::pair("pipe", fds.pipes),
        std::pair("device", fds.devices), std::pair("anonymous", fds.anonymous)})
    set(now, figure_kind::fds, kind, static_cast<double>(count), options);
}
catch (std::system_error const&)
{
  // No descriptor is left to count with: the sample before stands.
}

void leak_watch::read_heap(look& now)
{
  auto const answers = own_work::count();
  auto const heap = read_heap_stats();
  if (!heap.watched)
  {
    now.heap_not_watched = "malloc is " + std::string(heap.allocator);
    return;
  }
  // What the endpoint needs while it makes an answer is not the program's.
  bool const disturbed = answers != own_work::count() || own_work::goes_on();
  if (!disturbed || ++heap_looks_skipped_ > most_skipped)
  {
    heap_looks_skipped_ = 0;
    heap_in_use_ =
        std::max(static_cast<double>(heap.in_use_bytes) - static_cast<double>(bytes()), 0.0);
  }
  if (heap_in_use_)
    set(now, figure_kind::heap, "", *heap_in_use_, allowing(noise_of(figure_kind::heap)), true);
}

void leak_watch::read_program_gauges(look& now) const
{
  now.all.gauges = read_gauges();
  for (auto const& own : now.all.gauges)
  {
    auto options = allowing(own.noise);
    options.bound = own.bound;
    set(now, figure_kind::gauge, own.name, own.value, options, true);
  }
}

void leak_watch::read_resident(look& now)
try
{
  if (own_work::goes_on()) return;  // which may have debug data in memory
  now.resident = static_cast<double>(read_resident_bytes());
}
catch (std::system_error const&)
{
  // No descriptor is left to read it with.
}

void leak_watch::read_stacks(look& now, double seconds)
{
  if (seconds < read_stacks_at_) return;
  auto const begin = std::chrono::steady_clock::now();
  now.heap_by_stack = read_heap_by_stack();
  try
  {
    if (state_of_opening_notes() == opening_notes::on) now.opened = read_openings();
  }
  catch (std::system_error const&)
  {
    // As above: the readings before stand.
  }
  std::chrono::duration<double> const took = std::chrono::steady_clock::now() - begin;
  // Meanwhile tcmalloc's page heap is locked, and no thread gets pages from it: for one part in two
  // hundred of the time, at most.
  read_stacks_at_ = seconds + std::max(shortest_span(patience_).count() / 3, 200 * took.count());
}

void leak_watch::keep(look&& now, double seconds)
{
  std::lock_guard const lock(mutex_);
  spawned_.add(seconds, now.spawned);
  if (now.resident) resident_.add(seconds, *now.resident);
  heap_not_watched_ = std::move(now.heap_not_watched);
  if (now.heap_by_stack) heap_by_stack_.add(seconds, *now.heap_by_stack);
  if (now.opened)
    for (auto const& [kind, amounts] : *now.opened)
      openings_[std::string(kind)].add(seconds, amounts);

  for (auto const& [name, looked_at] : now.figures)
    series_.try_emplace(name);
  for (auto entry = series_.begin(); entry != series_.end();)
  {
    auto& [name, s] = *entry;
    auto const found = now.figures.find(name);
    bool const seen = found != now.figures.end();
    if (seen)
      static_cast<seen_figure&>(s) = std::move(found->second);
    else if (s.about.kind == figure_kind::tasks || s.about.kind == figure_kind::gauge)
    {
      // No task is there any more, or the gauge is gone.
      s.about.value = 0;
      s.ages = {};
    }
    s.past.add(seconds, s.about.value, s.options,
               s.about.kind == figure_kind::tasks ? &s.ages : nullptr);
    // Places come and go with the code that runs; those that nobody waits in make room first.
    if (!seen && series_.size() > most_series / 2)
      entry = series_.erase(entry);
    else
      ++entry;
  }

  if (!fds_) return;
  now.all.fds = *fds_;
  last_ = std::move(now.all);
}

void leak_watch::sample(double seconds)
{
  std::lock_guard const one_at_a_time(sampling_);
  look now;
  read_heap(now);  // before there is anything in the look
  count_tasks_by_place(now, seconds);
  count_descriptors(now);
  read_resident(now);
  read_stacks(now, seconds);
  read_program_gauges(now);
  keep(std::move(now), seconds);
}

bool leak_watch::has_counted() const
{
  std::lock_guard const lock(mutex_);
  return last_.has_value();
}

std::optional<counted> leak_watch::last() const
{
  std::lock_guard const lock(mutex_);
  return last_;
}

std::size_t leak_watch::bytes() const
{
  auto sum = heap_by_stack_.bytes() + spawned_.bytes() + resident_.bytes();
  for (auto const& [kind, readings] : openings_)
    sum += readings.bytes();
  for (auto const& [name, s] : series_)
    sum += sizeof name + sizeof s + s.past.bytes();
  return sum;
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
          try
          {
            sample(std::chrono::duration<double>(begin.time_since_epoch()).count());
          }
          catch (std::bad_alloc const&)
          {
            // The program may have a way out, or free some.
          }
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
