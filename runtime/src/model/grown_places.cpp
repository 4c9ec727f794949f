#include "model/grown_places.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace leaklab::model
{
namespace
{

constexpr double least_share = 0.05;
constexpr std::size_t most_places = 10;

}  // namespace

std::vector<grown_place> grown_places(symbols::symboliser& symbols, libraries const& named,
                                      readings::kept const& before, amounts_by_stack const& now,
                                      double least)
{
  std::map<std::pair<std::string, std::int64_t>, grown_place> by_line;
  double of_no_line = 0;  // what Asio's reactor accepts, for example
  symbols::symboliser::reading const names(symbols);
  for (auto const& [stack, amount] : now)
  {
    auto const known = before.find(readings::hash(stack));
    auto const grown = amount - (known == before.end() ? 0 : known->second);
    auto const* const own = innermost_own(symbols, stack, named);
    if (!own)
    {
      of_no_line += grown;
      continue;
    }
    auto& place = by_line[{own->file, own->line}];
    place.line = *own;
    place.amount += grown;
  }
  std::vector<grown_place> places;
  double whole = std::max(of_no_line, 0.0);
  for (auto& [line, place] : by_line)
    if (place.amount > 0)
    {
      whole += place.amount;
      places.push_back(std::move(place));
    }
  for (auto& place : places)
    place.share = place.amount / whole;
  std::erase_if(places, [least](auto const& place)
                { return place.share < least_share || place.amount < least; });
  std::ranges::sort(places, {},
                    [&](auto const& place)
                    { return std::pair(named.has(place.line), -place.amount); });
  places.resize(std::min(places.size(), most_places));
  return places;
}

}  // namespace leaklab::model
