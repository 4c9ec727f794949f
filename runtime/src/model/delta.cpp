#include "model/delta.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace leaklab::model
{
namespace
{

using label_key = std::vector<std::tuple<std::string, std::string, std::int64_t>>;

label_key key_of(std::vector<label> const& labels)
{
  label_key key;
  for (label const& each : labels)
    key.emplace_back(each.key, each.text, each.number);
  return key;
}

}  // namespace

profile difference(profile later, profile const& earlier)
{
  std::unordered_map<std::uint64_t, std::uint32_t> index_of_address;
  for (std::uint32_t i = 0; i < later.locations.size(); ++i)
    index_of_address[later.locations[i].address] = i;
  std::map<std::pair<std::vector<std::uint32_t>, label_key>, std::size_t> places;
  for (std::size_t i = 0; i < later.samples.size(); ++i)
    places[{later.samples[i].stack, key_of(later.samples[i].labels)}] = i;

  for (sample const& before : earlier.samples)
  {
    std::vector<std::uint32_t> stack;
    for (std::uint32_t const index : before.stack)
    {
      symbols::location const& place = earlier.locations[index];
      auto const next = static_cast<std::uint32_t>(later.locations.size());
      auto const [known, is_new] = index_of_address.try_emplace(place.address, next);
      if (is_new) later.locations.push_back(place);
      stack.push_back(known->second);
    }
    auto const [known, is_new] =
        places.try_emplace({stack, key_of(before.labels)}, later.samples.size());
    if (is_new)
      later.samples.push_back(
          {stack, std::vector<std::int64_t>(before.values.size()), before.labels});
    auto& values = later.samples[known->second].values;
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] -= before.values[i];
  }
  std::erase_if(
      later.samples, [](sample const& s)
      { return std::ranges::all_of(s.values, [](std::int64_t value) { return value == 0; }); });
  later.name += "-delta";
  later.duration_ns = later.time_ns - earlier.time_ns;
  return later;
}

}  // namespace leaklab::model
