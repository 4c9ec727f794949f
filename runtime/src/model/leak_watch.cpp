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
#include <system_error>
#include <utility>

namespace leaklab::model
{
namespace
{

constexpr double count_noise = 5;
constexpr double heap_noise = 1 << 20;
constexpr std::size_t most_series = 256;
constexpr int most_skipped = 50;

}  // namespace

leak_watch::series* leak_watch::at(figure_kind kind, std::string what, judge_options const& options,
                                   source_site waits_at, source_site spawned_at)
{
  key name(kind, what, waits_at.function, waits_at.line, spawned_at.function, spawned_at.line);
  auto known = series_.find(name);
  if (known == series_.end())
  {
    if (series_.size() >= most_series && kind == figure_kind::tasks) return nullptr;
    known = series_.try_emplace(std::move(name)).first;
    auto& about = known->second.about;
    about.kind = kind;
    about.what = std::move(what);
    about.waits_at = waits_at;
    about.spawned_at = spawned_at;
  }
  auto& entry = known->second;
  if (!entry.seen)
  {
    entry.seen = true;
    entry.options = options;
    entry.ages = {};
    entry.about.value = 0;
    entry.about.oldest = {};
    entry.about.example = 0;
  }
  return &entry;
}

void leak_watch::set(figure_kind kind, std::string what, double value, judge_options const& options,
                     bool total)
{
  if (auto* const entry = at(kind, std::move(what), options))
  {
    entry->about.value = value;
    entry->total = total;
  }
}

judge_options leak_watch::allowing(double noise) const
{
  return {.noise = noise, .patience = patience_};
}

void leak_watch::count_tasks_by_place(double seconds)
{
  auto const counts = count_tasks();
  // Tasks are numbered as they are spawned: the number reached so long ago tells who is so old.
  std::array<double, age_counts::steps> reached{};
  for (std::size_t i = 0; i != reached.size(); ++i)
    reached[i] = spawned_.value_at(seconds - age_counts::age(i));
  spawned_.add(seconds, static_cast<double>(counts.spawned));

  auto const options = allowing(count_noise);
  auto* const all = at(figure_kind::tasks, "", options);
  all->total = true;
  all->about.value = static_cast<double>(counts.live);
  detail::task_table::instance().for_each(
      [&](task_info const& task)
      {
        // The numbers fall with the age.
        auto const younger = std::ranges::find_if(
            reached, [id = static_cast<double>(task.id)](double number) { return number < id; });
        auto const steps = static_cast<std::size_t>(younger - reached.begin());
        all->ages.add(steps);
        auto* const place =
            at(figure_kind::tasks,
               *task.operation ? task.operation : std::string(to_string(task.state)), options,
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

void leak_watch::count_descriptors()
try
{
  auto fds = read_fd_counts();
  auto const own = std::min(own_socket::count(), fds.sockets);
  fds.sockets -= own;
  fds.total -= own;
  auto const options = allowing(count_noise);
  set(figure_kind::fds, "", static_cast<double>(fds.total), options, true);
  for (auto const& [kind, count] :
       {std::pair("file", fds.files), std::pair("directory", fds.directories),
        std::pair("socket", fds.sockets), std::pair("pipe", fds.pipes),
        std::pair("device", fds.devices), std::pair("anonymous", fds.anonymous)})
    set(figure_kind::fds, kind, static_cast<double>(count), options);
}
catch (std::system_error const&)
{
  // No descriptor is left to count with: the sample before stands.
}

void leak_watch::read_heap()
{
  auto const answers = own_work::count();
  auto const heap = read_heap_stats();
  if (!heap.watched)
  {
    heap_not_watched_ = "malloc is " + std::string(heap.allocator);
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
  if (heap_in_use_) set(figure_kind::heap, "", *heap_in_use_, allowing(heap_noise), true);
}

void leak_watch::keep_openings(double seconds)
try
{
  if (state_of_opening_notes() == opening_notes::on)
    for (auto const& [kind, opened] : read_openings())
      openings_[std::string(kind)].add(seconds, opened);
}
catch (std::system_error const&)
{
  // As above: the readings before stand.
}

void leak_watch::keep_readings(double seconds)
{
  if (seconds < keep_readings_at_) return;
  auto const begin = std::chrono::steady_clock::now();
  heap_by_stack_.add(seconds, read_heap_by_stack());
  keep_openings(seconds);
  std::chrono::duration<double> const took = std::chrono::steady_clock::now() - begin;
  // Meanwhile tcmalloc's page heap is locked, and no thread gets pages from it: for one part in two
  // hundred of the time, at most.
  keep_readings_at_ = seconds + std::max(shortest_span(patience_).count() / 3, 200 * took.count());
}

void leak_watch::sample(double seconds)
{
  std::lock_guard const lock(mutex_);
  count_tasks_by_place(seconds);
  read_heap();
  count_descriptors();
  keep_readings(seconds);
  for (auto const& own : read_gauges())
  {
    auto options = allowing(own.noise);
    options.bound = own.bound;
    set(figure_kind::gauge, own.name, own.value, options, true);
  }

  for (auto entry = series_.begin(); entry != series_.end();)
  {
    auto& [name, s] = *entry;
    // No task is there any more, or the gauge is gone.
    if (!s.seen && (s.about.kind == figure_kind::tasks || s.about.kind == figure_kind::gauge))
    {
      s.about.value = 0;
      s.ages = {};
    }
    s.past.add(seconds, s.about.value, s.options,
               s.about.kind == figure_kind::tasks ? &s.ages : nullptr);
    // Places come and go with the code that runs; those that nobody waits in make room first.
    if (!s.seen && series_.size() > most_series / 2)
      entry = series_.erase(entry);
    else
    {
      s.seen = false;
      ++entry;
    }
  }
}

std::size_t leak_watch::bytes() const
{
  auto sum = heap_by_stack_.bytes() + spawned_.bytes();
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
