#include "model/heap_profile.hpp"

#include "model/stack_table.hpp"

#include <leaklab/heap.hpp>

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cmath>
#include <map>
#include <string_view>
#include <utility>

namespace leaklab::model
{
namespace
{

/// Adds up samples of one stack and size.
class sums
{
 public:
  sums(profile& into, symbols::symboliser& symbols, std::string_view hidden)
      : into_(into), stacks_(into, symbols, hidden)
  {
  }

  /// `at` is the place of the objects among the values; that of the bytes follows.
  void add(std::vector<heap_sample> const& found, std::size_t at)
  {
    double hidden_bytes = 0;
    for (heap_sample const& each : found)
    {
      auto stack = stacks_.add(each.stack);
      if (!stack)
      {
        hidden_bytes += each.bytes;
        continue;
      }
      auto& total = totals_[{*std::move(stack), each.size}];
      total[at] += each.objects;
      total[at + 1] += each.bytes;
    }
    if (hidden_bytes > 0)
      into_.comments.push_back(fmt::format("{} without the endpoint's own, {:.0f} bytes",
                                           into_.sample_types[at + 1].type, hidden_bytes));
  }

  void write() const
  {
    for (auto const& [key, total] : totals_)
    {
      sample& sum = into_.samples.emplace_back();
      sum.stack = key.first;
      for (std::size_t i = 0; i < into_.sample_types.size(); ++i)
        sum.values.push_back(std::llround(total[i]));
      if (key.second != 0) sum.labels = {{"bytes", "", static_cast<std::int64_t>(key.second), ""}};
    }
  }

 private:
  profile& into_;
  stack_table stacks_;
  std::map<std::pair<std::vector<std::uint32_t>, std::size_t>, std::array<double, 4>> totals_;
};

profile empty_profile(char const* name)
{
  profile made;
  made.name = name;
  made.period_type = {"space", "bytes"};
  made.time_ns =
      std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
  return made;
}

}  // namespace

profile make_heap_profile(symbols::symboliser& symbols, std::string_view hidden)
{
  profile heap = empty_profile("heap");
  heap.period = heap_sampling_period();
  bool const counts_allocations = allocation_sampling_period() > 0;
  if (counts_allocations)
    heap.sample_types = {{"alloc_objects", "count"}, {"alloc_space", "bytes"}};
  std::size_t const in_use = heap.sample_types.size();
  heap.sample_types.push_back({"inuse_objects", "count"});
  heap.sample_types.push_back({"inuse_space", "bytes"});

  sums totals(heap, symbols, hidden);
  totals.add(read_heap_samples(), in_use);
  if (counts_allocations) totals.add(read_allocations(), 0);
  totals.write();
  heap.mappings = symbols.mappings();
  return heap;
}

profile make_growth_profile(symbols::symboliser& symbols, std::string_view hidden)
{
  profile growth = empty_profile("growth");
  growth.sample_types = {{"objects", "count"}, {"space", "bytes"}};
  auto taken = read_heap_growth();
  for (heap_sample& each : taken)
    each.size = 0;
  sums totals(growth, symbols, hidden);
  totals.add(taken, 0);
  totals.write();
  growth.mappings = symbols.mappings();
  return growth;
}

profile make_lost_profile(symbols::symboliser& symbols, std::vector<heap_sample> const& lost,
                          std::string how, std::string_view hidden)
{
  profile made = empty_profile("lost");
  made.period = fixed_heap_sampling_period();
  made.sample_types = {{"inuse_objects", "count"}, {"inuse_space", "bytes"}};
  made.comments.push_back(std::move(how));
  sums totals(made, symbols, hidden);
  totals.add(lost, 0);
  totals.write();
  made.mappings = symbols.mappings();
  return made;
}

amounts_by_stack read_heap_by_stack()
{
  amounts_by_stack sums;
  if (heap_sampling_period() == 0) return sums;
  for (auto& sample : read_heap_samples())
    sums[std::move(sample.stack)] += sample.bytes;
  return sums;
}

}  // namespace leaklab::model
