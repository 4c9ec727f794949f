#include "model/task_timeline.hpp"

#include <algorithm>
#include <cstddef>
#include <unordered_map>
#include <utility>

namespace leaklab::model
{
namespace
{

using detail::trace_step;

// A task on its way through the trace.
class track
{
 public:
  explicit track(task_id task) { life.id = task; }

  task_life life;

  void describe(char const* name, source_site const& spawned_at, task_id parent) noexcept
  {
    life.name = name;
    life.spawned_at = spawned_at;
    life.parent = parent;
  }

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
    life.slices.push_back({nullptr, {}, run_begin_, time});
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
    life.end = time;
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
      life.slices.push_back({operation_, where_, wait_begin_, time});
    wait_ = waiting::no;
    operation_ = nullptr;
  }

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
      known = tracks_.try_emplace(info.id, info.id).first;
      if (info.state == task_state::running)
        known->second.was_running();
      else
        known->second.was_suspended();
    }
    if (known->second.life.outcome.empty())
      known->second.describe(info.name, info.spawned_at, info.parent);
    // The age of a wait is known in steps of 10 ms, on a clock that may be one behind.
    constexpr std::chrono::milliseconds slack(20);
    if (known->second.waits_for_unknown() && *info.operation &&
        info.waiting_for + slack >= since_begin)
      known->second.name_wait(info.operation, info.waits_at);
  }

  task_timeline finish()
  {
    for (auto& [id, track] : tracks_)
    {
      if (track.life.outcome.empty()) track.end(trace_.duration.count());
      std::ranges::stable_sort(track.life.slices, {},
                               [](task_slice const& s) { return std::pair(s.begin, -s.end); });
      result_.lives.push_back(std::move(track.life));
    }
    std::ranges::sort(result_.lives, {}, &task_life::id);
    return std::move(result_);
  }

 private:
  track& touch(task_id id, trace_step step)
  {
    auto const [known, is_new] = tracks_.try_emplace(id, id);
    auto& track = known->second;
    if (!is_new || step == trace_step::spawn) return track;
    if (step == trace_step::enter || step == trace_step::finish || step == trace_step::fail)
      track.was_suspended();
    else
      track.was_running();
    return track;
  }

  void add(trace_event const& event)
  {
    auto const step = event.step;
    if (step == trace_step::spawn && event.parent) touch(event.parent, trace_step::leave);
    auto& track = touch(event.task, step);
    if (!track.life.outcome.empty()) return;
    switch (step)
    {
      case trace_step::spawn:
        track.describe(event.text, source_site::from(event.where), event.parent);
        track.life.begin = event.time;
        track.life.spawned = true;
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
        track.describe(event.text, source_site::from(event.where), event.parent);
        track.end(event.time);
        track.life.outcome = step == trace_step::fail ? "failed" : "finished";
        break;
    }
  }

  recorded_trace const& trace_;
  task_timeline result_;
  std::unordered_map<task_id, track> tracks_;
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
