#include "model/task_profile.hpp"

#include <leaklab/task.hpp>

#include <boost/container_hash/hash.hpp>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <span>
#include <unordered_map>

namespace leaklab::model
{
namespace
{

std::span<void const* const> frames_of(task_info const& task)
{
  return std::span(task.frames).first(std::min(task.frame_count, task_info::max_frames));
}

// Tasks that look alike. Places and names are compared by their pointers: they come from one
// constant for one place.
struct alike
{
  bool operator()(task_info const& a, task_info const& b) const noexcept
  {
    return a.name == b.name && a.state == b.state && a.operation == b.operation &&
           a.waits_at == b.waits_at && a.spawned_at == b.spawned_at &&
           a.frame_count == b.frame_count && std::ranges::equal(frames_of(a), frames_of(b)) &&
           std::memcmp(&a.awaits_at, &b.awaits_at, sizeof a.awaits_at) == 0;
  }
};

struct alike_hash
{
  std::size_t operator()(task_info const& task) const noexcept
  {
    std::size_t seed = static_cast<std::size_t>(task.state);
    for (auto const* const pointer :
         {task.name, task.operation, task.waits_at.function, task.spawned_at.function})
      boost::hash_combine(seed, pointer);
    boost::hash_combine(seed, task.waits_at.line);
    boost::hash_combine(seed, task.spawned_at.line);
    for (auto const* const frame : frames_of(task))
      boost::hash_combine(seed, frame);
    return seed;
  }
};

struct amount
{
  std::int64_t tasks = 0;
  std::int64_t bytes = 0;
};

class builder
{
 public:
  builder(profile& target, symbols::place_book& places) : target_(target), places_(places) {}

  void add(task_info const& task, amount const& total)
  {
    sample s;
    for (auto const* const place : places_.chain(task))
      s.stack.push_back(index_of(*place));
    s.stack.push_back(index_of(places_.at(task.spawned_at)));
    s.values = {total.tasks, total.bytes};
    s.labels.push_back({"name", task.name, 0, ""});
    if (*task.operation) s.labels.push_back({"op", task.operation, 0, ""});
    s.labels.push_back({"state", std::string(to_string(task.state)), 0, ""});
    target_.samples.push_back(std::move(s));
  }

 private:
  std::uint32_t index_of(symbols::location const& place)
  {
    auto const [known, is_new] =
        indices_.emplace(place.address, static_cast<std::uint32_t>(target_.locations.size()));
    if (is_new) target_.locations.push_back(place);
    return known->second;
  }

  profile& target_;
  symbols::place_book& places_;
  std::unordered_map<std::uint64_t, std::uint32_t> indices_;
};

}  // namespace

profile make_task_profile(symbols::place_book& places)
{
  profile result;
  result.name = "task";
  result.sample_types = {{"task", "count"}, {"frame_space", "bytes"}};
  result.default_sample_type = "task";
  result.period_type = result.sample_types.front();
  result.time_ns =
      std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();

  std::unordered_map<task_info, amount, alike_hash, alike> groups;
  for_each_task(
      [&](task_info const& task)
      {
        auto& group = groups[task];
        ++group.tasks;
        group.bytes += static_cast<std::int64_t>(task.frame_bytes);
      });

  builder add_to(result, places);
  for (auto const& [task, total] : groups)
    add_to.add(task, total);
  std::ranges::sort(result.samples, std::greater<>(), &sample::values);
  return result;
}

profile as_goroutine_profile(profile tasks)
{
  tasks.name = "goroutine";
  tasks.sample_types = {{"goroutine", "count"}};
  tasks.default_sample_type.clear();
  tasks.period_type = tasks.sample_types.front();
  for (auto& sample : tasks.samples)
    sample.values.resize(1);
  return tasks;
}

}  // namespace leaklab::model
