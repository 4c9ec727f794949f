#include "model/task_timeline.hpp"

#include <algorithm>
#include <cstddef>
#include <tuple>
#include <unordered_map>

namespace leaklab::model
{
namespace
{

using detail::trace_step;

// A task on its way through the trace.
class track
{
 public:
  track(std::uint32_t life, std::vector<task_slice>& slices) : life_(life), slices_(&slices) {}

  [[nodiscard]] std::uint32_t life() const noexcept { return life_; }

  // What it was doing when the trace began, as its first step tells.
  void was_running() noexcept { entries_ = 1; }
  void was_suspended() noexcept { wait_ = waiting::suspended; }

  void enter(std::int64_t time) noexcept
  {
    if (entries_++ == 0) run_begin_ = time;
  }

  void leave(std::int64_t time)
  {
    if (entries_ == 0 || --entries_ != 0) return;
    slices_->push_back({life_, nullptr, {}, run_begin_, time});
    if (wait_ != waiting::begun) return;
    wait_ = waiting::suspended;
    wait_begin_ = time;
  }

  void begin_wait(std::int64_t time, char const* operation, std::source_location const& where)
  {
    close_wait(time);
    wait_ = waiting::begun;
    wait_begin_ = time;
    name_wait(operation, source_site::from(where));
  }

  void end_wait(std::int64_t time, char const* operation, std::source_location const& where)
  {
    name_wait(operation, source_site::from(where));
    close_wait(time);
  }

  [[nodiscard]] bool waits_for_unknown() const noexcept
  {
    return wait_ == waiting::suspended && !operation_;
  }

  void name_wait(char const* operation, source_site const& where) noexcept
  {
    operation_ = operation;
    where_ = where;
  }

  void end(std::int64_t time)
  {
    close_wait(time);
    entries_ = std::min(entries_, 1u);
    leave(time);
  }

 private:
  enum class waiting
  {
    no,
    begun,     // and not yet left by its threads: so far inside their slice
    suspended  // since it was left, or since the trace began
  };

  void close_wait(std::int64_t time)
  {
    if (wait_ == waiting::suspended && entries_ != 0) time = run_begin_;
    if (wait_ != waiting::no && operation_)
      slices_->push_back({life_, operation_, where_, wait_begin_, time});
    wait_ = waiting::no;
    operation_ = nullptr;
  }

  std::uint32_t life_;
  std::vector<task_slice>* slices_;
  unsigned entries_ = 0;
  std::int64_t run_begin_ = 0;
  waiting wait_ = waiting::no;
  std::int64_t wait_begin_ = 0;
  char const* operation_ = nullptr;
  source_site where_;
};

class timeline_builder
{
 public:
  explicit timeline_builder(recorded_trace const& trace) : trace_(trace)
  {
    result_.process = read_identity();
    result_.duration = trace.duration;
    result_.full = trace.full;
    for (auto const& event : trace.events())
      add(event);
  }

  // Of a task that has left no event and lived throughout the trace, what it does now is what it
  // did.
  void add_live(task_info const& info, std::chrono::nanoseconds since_begin, std::size_t idle_limit)
  {
    auto known = tracks_.find(info.id);
    bool const is_idle = known == tracks_.end();
    if (is_idle)
    {
      if (info.id > trace_.last_known) return;
      if (idle_ == idle_limit)
      {
        ++result_.idle_hidden;
        return;
      }
      ++idle_;
      known = open(info.id);
      if (info.state == task_state::running)
        known->second.was_running();
      else
        known->second.was_suspended();
    }
    auto& life = result_.lives[known->second.life()];
    if (life.outcome.empty()) describe(life, info.name, info.spawned_at, info.parent);
    // The age of a wait is known in steps of 10 ms, on a clock that may be one behind.
    constexpr std::chrono::milliseconds slack(20);
    if (known->second.waits_for_unknown() && *info.operation &&
        info.waiting_for + slack >= since_begin)
      known->second.name_wait(info.operation, info.waits_at);
  }

  task_timeline finish()
  {
    auto const end = trace_.duration.count();
    for (auto& [id, track] : tracks_)
    {
      auto& life = result_.lives[track.life()];
      if (!life.outcome.empty()) continue;
      track.end(end);
      life.end = end;
    }
    sort();
    return std::move(result_);
  }

 private:
  using tracks = std::unordered_map<task_id, track>;

  tracks::iterator open(task_id id)
  {
    auto const life = static_cast<std::uint32_t>(result_.lives.size());
    result_.lives.emplace_back().id = id;
    return tracks_.emplace(id, track(life, result_.slices)).first;
  }

  static void describe(task_life& life, char const* name, source_site const& spawned_at,
                       task_id parent) noexcept
  {
    life.name = name;
    life.spawned_at = spawned_at;
    life.parent = parent;
  }

  track& touch(task_id id, trace_step step)
  {
    auto known = tracks_.find(id);
    if (known != tracks_.end()) return known->second;
    known = open(id);
    if (step == trace_step::enter || step == trace_step::finish || step == trace_step::fail)
      known->second.was_suspended();
    else if (step != trace_step::spawn)
      known->second.was_running();
    return known->second;
  }

  void add(trace_event const& event)
  {
    auto const step = event.step;
    if (step == trace_step::spawn && event.parent) touch(event.parent, trace_step::leave);
    auto& track = touch(event.task, step);
    auto& life = result_.lives[track.life()];
    if (!life.outcome.empty()) return;
    switch (step)
    {
      case trace_step::spawn:
        describe(life, event.text, source_site::from(event.where), event.parent);
        life.begin = event.time;
        life.spawned = true;
        break;
      case trace_step::enter:
        track.enter(event.time);
        break;
      case trace_step::leave:
        track.leave(event.time);
        break;
      case trace_step::wait_begin:
        track.begin_wait(event.time, event.text, event.where);
        break;
      case trace_step::wait_end:
        track.end_wait(event.time, event.text, event.where);
        break;
      case trace_step::finish:
      case trace_step::fail:
        describe(life, event.text, source_site::from(event.where), event.parent);
        track.end(event.time);
        life.end = event.time;
        life.outcome = step == trace_step::fail ? "failed" : "finished";
        break;
    }
  }

  void sort()
  {
    std::ranges::sort(result_.lives, {}, &task_life::id);
    std::vector<std::uint32_t> places(result_.lives.size());
    for (std::uint32_t i = 0; i != places.size(); ++i)
      places[tracks_.at(result_.lives[i].id).life()] = i;
    for (auto& slice : result_.slices)
      slice.life = places[slice.life];
    std::ranges::stable_sort(result_.slices, {},
                             [](task_slice const& s)
                             { return std::tuple(s.life, s.begin, -s.end); });
  }

  recorded_trace const& trace_;
  task_timeline result_;
  tracks tracks_;
  std::size_t idle_ = 0;
};

}  // namespace

task_timeline make_task_timeline(recorded_trace const& trace, std::size_t idle_limit)
{
  timeline_builder build(trace);
  auto const since_begin = std::chrono::steady_clock::now() - trace.begin;
  for_each_task([&](task_info const& info) { build.add_live(info, since_begin, idle_limit); });
  return build.finish();
}

}  // namespace leaklab::model
