#include "model/holders.hpp"

#include "graph/holders.hpp"
#include "model/holder_names.hpp"

#include <leaklab/heap.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

namespace leaklab::model
{
namespace
{

struct line_in_heap
{
  held_place place;
  graph::allocating_stacks stacks;
};

bool is_asked_for(symbols::source_line const& line, std::string const& at)
{
  return at.empty() || line.function.find(at) != line.function.npos ||
         fmt::format("{}:{}", line.file, line.line).find(at) != std::string::npos;
}

/// The largest first.
std::vector<line_in_heap> lines_in_heap(symbols::symboliser& symbols, libraries const& named,
                                        holder_question const& asked)
{
  std::map<std::pair<std::string, std::int64_t>, line_in_heap> by_line;
  std::map<std::vector<std::uintptr_t>, std::pair<double, double>> by_stack;
  for (auto const& sample : read_heap_samples())
  {
    auto& [count, bytes] = by_stack[sample.stack];
    count += sample.objects;
    bytes += sample.bytes;
  }
  for (auto const& [stack, amounts] : by_stack)
  {
    auto const* const own = innermost_own(symbols, stack, named);
    if (!own || !is_asked_for(*own, asked.at)) continue;
    auto& found = by_line[{own->file, own->line}];
    found.place.line = *own;
    found.place.count += amounts.first;
    found.place.bytes += amounts.second;
    found.stacks.push_back(stack);
  }
  std::vector<line_in_heap> lines;
  for (auto& [key, line] : by_line)
    lines.push_back(std::move(line));
  std::ranges::sort(lines, std::greater{}, [](auto const& each) { return each.place.bytes; });
  lines.resize(std::min(lines.size(), asked.places));
  return lines;
}

held_object describe(symbols::symboliser& symbols, libraries const& named,
                     graph::holding_path const& path)
{
  held_object object;
  object.left_out = path.left_out;
  object.root = name_of(symbols, path.root);
  for (auto const& block : path.blocks)
    object.holders.push_back(name_of(symbols, named, block));
  return object;
}

}  // namespace

holder_report find_holders(symbols::symboliser& symbols, libraries const& named,
                           holder_question const& asked)
{
  symbols::symboliser::reading const names(symbols);
  auto lines = lines_in_heap(symbols, named, asked);
  std::vector<graph::allocating_stacks> places;
  for (auto& line : lines)
    places.push_back(std::move(line.stacks));
  holder_report report;
  if (!places.empty())
  {
    auto const found = graph::look_for_holders(places, asked.objects);
    static_cast<graph::heap_look&>(report) = found;
    for (auto const& path : found.paths)
      lines[path.place].place.objects.push_back(describe(symbols, named, path));
  }
  for (auto& line : lines)
    report.places.push_back(std::move(line.place));
  return report;
}

}  // namespace leaklab::model
