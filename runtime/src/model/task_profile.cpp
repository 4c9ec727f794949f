#include "model/task_profile.hpp"

#include "model/alike.hpp"

#include <leaklab/task.hpp>

#include <algorithm>
#include <chrono>
#include <unordered_map>
#include <utility>

namespace leaklab::model
{
namespace
{

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

profile make_task_profile(symbols::place_book& places, task_filter const& filter)
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
        if (!filter.accepts(task)) return;
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

profile as_goroutine_profile(profile tasks, std::string name)
{
  tasks.name = std::move(name);
  tasks.sample_types = {{tasks.name, "count"}};
  tasks.default_sample_type.clear();
  tasks.period_type = tasks.sample_types.front();
  for (auto& sample : tasks.samples)
    sample.values.resize(1);
  return tasks;
}

}  // namespace leaklab::model
