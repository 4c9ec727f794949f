#include "parse/quantity.hpp"

#include <fmt/format.h>

#include <array>
#include <limits>
#include <utility>

namespace leaklab
{
namespace
{

using unit = std::pair<std::string_view, std::uint64_t>;

// As a multiple of the unit whose factor is 1.
template <std::size_t N>
std::optional<std::uint64_t> parse_quantity(std::string_view text, std::array<unit, N> const& units)
{
  std::uint64_t number = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || number == 0) return std::nullopt;
  auto const rest = text.substr(static_cast<std::size_t>(end - text.data()));
  for (auto const& [name, factor] : units)
    if (rest == name && number <= std::numeric_limits<std::int64_t>::max() / factor)
      return number * factor;
  return std::nullopt;
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text)
{
  constexpr std::chrono::milliseconds longest = std::chrono::years(1);
  auto const ms =
      parse_quantity(text, std::array{unit{"ms", 1}, unit{"s", 1000}, unit{"m", 60'000}});
  if (!ms || *ms > static_cast<std::uint64_t>(longest.count())) return std::nullopt;
  return std::chrono::milliseconds(*ms);
}

std::optional<std::uint64_t> parse_size(std::string_view text)
{
  return parse_quantity(text, std::array{unit{"B", 1}, unit{"KiB", 1 << 10}, unit{"MiB", 1 << 20},
                                         unit{"GiB", 1 << 30}});
}

std::optional<std::uint64_t> parse_count(std::string_view text)
{
  return parse_quantity(text, std::array{unit{"", 1}});
}

std::string to_string(std::chrono::milliseconds duration)
{
  auto const ms = duration.count();
  return ms % 1000 == 0 ? fmt::format("{}s", ms / 1000) : fmt::format("{}ms", ms);
}

}  // namespace leaklab
