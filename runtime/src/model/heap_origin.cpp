#include "model/heap_origin.hpp"

#include "model/own_line.hpp"

#include <leaklab/heap.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace leaklab::model
{

heap_by_stack read_heap_by_stack()
{
  heap_by_stack sums;
  if (heap_sampling_period() == 0) return sums;
  for (auto& sample : read_heap_samples())
    sums[std::move(sample.stack)] += sample.bytes;
  return sums;
}

std::optional<symbols::source_line> find_heap_origin(symbols::symboliser& symbols,
                                                     heap_by_stack const& earlier,
                                                     heap_by_stack const& later)
{
  std::map<std::pair<std::string, std::int64_t>, std::pair<double, symbols::source_line const*>>
      grown;
  for (auto const& [stack, bytes] : later)
  {
    auto const before = earlier.find(stack);
    auto const* const own = innermost_own(symbols, stack);
    if (!own) continue;
    auto& sum = grown[{own->file, own->line}];
    sum.first += bytes - (before == earlier.end() ? 0 : before->second);
    sum.second = own;
  }
  auto const most =
      std::ranges::max_element(grown, {}, [](auto const& entry) { return entry.second.first; });
  if (most == grown.end() || most->second.first <= 0) return std::nullopt;
  return *most->second.second;
}

}  // namespace leaklab::model
