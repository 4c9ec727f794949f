#include "model/stack_table.hpp"

#include <algorithm>

namespace leaklab::model
{

stack_table::known_location stack_table::at(std::uint64_t address)
{
  auto const [known, is_new] = known_.try_emplace(address);
  if (!is_new) return known->second;
  auto const& lines = symbols_.lines(address);
  known->second.is_hidden =
      !hidden_.empty() && std::ranges::any_of(lines, [this](symbols::source_line const& line)
                                              { return line.function.starts_with(hidden_); });
  if (known->second.is_hidden) return known->second;
  known->second.index = static_cast<std::uint32_t>(into_.locations.size());
  into_.locations.push_back({address, lines});
  return known->second;
}

std::optional<std::vector<std::uint32_t>> stack_table::add(std::span<std::uintptr_t const> stack,
                                                           leaf kind)
{
  std::vector<std::uint32_t> indices;
  // From the root, so that a stack that is left out costs few lookups.
  for (std::size_t i = stack.size(); i-- > 0;)
  {
    auto const place = at(i == 0 && kind == leaf::exact ? stack[i] : stack[i] - 1);
    if (place.is_hidden) return std::nullopt;
    indices.push_back(place.index);
  }
  std::ranges::reverse(indices);
  return indices;
}

}  // namespace leaklab::model
