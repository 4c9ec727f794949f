#include "model/heap_origin.hpp"

#include <leaklab/heap.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace leaklab::model
{
namespace
{

constexpr double least_share = 0.05;
constexpr std::size_t most_places = 10;

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

amounts_by_stack read_heap_by_stack()
{
  amounts_by_stack sums;
  if (heap_sampling_period() == 0) return sums;
  for (auto& sample : read_heap_samples())
    sums[std::move(sample.stack)] += sample.bytes;
  return sums;
}

std::vector<grown_place> grown_places(symbols::symboliser& symbols, readings::kept const& before,
                                      amounts_by_stack const& now, double least)
{
  std::map<std::pair<std::string, std::int64_t>, grown_place> by_line;
  for (auto const& [stack, amount] : now)
  {
    auto const* const own = innermost_own(symbols, stack);
    if (!own) continue;
    auto& place = by_line[{own->file, own->line}];
    place.line = *own;
    auto const known = before.find(readings::hash(stack));
    place.amount += amount - (known == before.end() ? 0 : known->second);
  }
  std::vector<grown_place> places;
  double whole = 0;
  for (auto& [line, place] : by_line)
    if (place.amount > 0)
    {
      whole += place.amount;
      places.push_back(std::move(place));
    }
  std::ranges::sort(places, std::greater<>(), &grown_place::amount);
  for (auto& place : places)
    place.share = place.amount / whole;
  std::erase_if(places, [least](auto const& place)
                { return place.share < least_share || place.amount < least; });
  places.resize(std::min(places.size(), most_places));
  return places;
}

}  // namespace leaklab::model
