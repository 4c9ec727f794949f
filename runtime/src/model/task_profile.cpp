#include "model/task_profile.hpp"

#include <leaklab/task.hpp>

#include <boost/container_hash/hash.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <tuple>
#include <unordered_map>

namespace leaklab::model
{
namespace
{

// Places and names are compared by their pointers: they come from the same constant for the same place.
struct group
{
  char const* name;
  task_state state;
  char const* operation;
  source_site waits_at;
  source_site spawned_at;

  bool operator==(group const&) const = default;
};

struct group_hash
{
  std::size_t operator()(group const& g) const noexcept
  {
    std::size_t seed = 0;
    for (auto const* const pointer : {g.name, g.operation, g.waits_at.function, g.spawned_at.function})
      boost::hash_combine(seed, pointer);
    boost::hash_combine(seed, g.waits_at.line);
    boost::hash_combine(seed, g.spawned_at.line);
    boost::hash_combine(seed, static_cast<int>(g.state));
    return seed;
  }
};

class builder
{
 public:
  builder(profile& target, site_book& sites) : target_(target), sites_(sites) {}

  void add(group const& g, std::int64_t count)
  {
    sample s;
    for (auto const& site : {g.waits_at, g.spawned_at})
      if (site) s.stack.push_back(index_of(sites_.at(site)));
    s.values = {count};
    s.labels.push_back({"name", g.name, 0, ""});
    if (*g.operation) s.labels.push_back({"op", g.operation, 0, ""});
    s.labels.push_back({"state", std::string(to_string(g.state)), 0, ""});
    target_.samples.push_back(std::move(s));
  }

 private:
  std::uint32_t index_of(location const& place)
  {
    auto const [known, is_new] =
        indices_.emplace(place.address, static_cast<std::uint32_t>(target_.locations.size()));
    if (is_new) target_.locations.push_back(place);
    return known->second;
  }

  profile& target_;
  site_book& sites_;
  std::unordered_map<std::uint64_t, std::uint32_t> indices_;
};

}  // namespace

profile make_task_profile(std::string name, site_book& sites)
{
  profile result;
  result.sample_types = {{name, "count"}};
  result.period_type = {name, "count"};
  result.name = std::move(name);
  result.time_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();

  std::unordered_map<group, std::int64_t, group_hash> groups;
  for_each_task(
      [&](task_info const& task) {
        ++groups[{task.name, task.state, task.operation, task.waits_at, task.spawned_at}];
      });

  builder add_to(result, sites);
  for (auto const& [key, count] : groups) add_to.add(key, count);
  std::sort(result.samples.begin(), result.samples.end(),
            [](auto const& a, auto const& b) { return a.values > b.values; });
  return result;
}

}  // namespace leaklab::model
