#include "model/heap_origin.hpp"

#include <leaklab/heap.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace leaklab::model
{
namespace
{

// `upload::upload` on the line of `struct upload`: a constructor that the compiler wrote, called
// where the reader should look.
bool is_implicit_constructor(symbols::source_line const& line)
{
  std::string_view const name(line.function.data(),
                              std::min(line.function.find('('), line.function.size()));
  auto const colons = name.rfind("::");
  if (colons == name.npos || line.line != line.start_line) return false;
  auto const scope = name.substr(0, colons);
  auto const type = name.substr(colons + 2);
  return scope == type || scope.ends_with("::" + std::string(type));
}

bool is_own(symbols::source_line const& line)
{
  auto const begins = [](std::string_view text, auto... prefixes)
  { return (text.starts_with(prefixes) || ...); };
  return line.line != 0 && !is_implicit_constructor(line) && !begins(line.file, "/usr/", "../") &&
         !begins(line.function, "std::", "boost::", "leaklab::", "operator new");
}

symbols::source_line const* innermost_own(symbols::symboliser& symbols,
                                          std::vector<std::uintptr_t> const& stack)
{
  for (auto const address : stack)
  {
    auto const& lines = symbols.lines(address - 1);
    auto const own = std::ranges::find_if(lines, is_own);
    if (own != lines.end()) return &*own;
  }
  return nullptr;
}

}  // namespace

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
