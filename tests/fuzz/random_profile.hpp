// A profile such as no program has, but as the model allows it.
#pragma once

#include "byte_source.hpp"
#include "model/profile.hpp"

namespace leaklab::fuzz
{

/// Small enough that sums of values stay in range.
inline std::int64_t random_value(byte_source& from)
{
  return from.number<std::int64_t>() >> 24;
}

inline model::profile random_profile(byte_source& from)
{
  model::profile result;
  result.name = from.text();
  result.sample_types = {{from.text(), from.text()}, {from.text(), from.text()}};
  result.default_sample_type = from.number() % 2 ? result.sample_types.front().type : "";
  result.period_type = {from.text(), from.text()};
  result.period = random_value(from);
  result.time_ns = random_value(from);
  if (from.number() % 2) result.duration_ns = random_value(from);

  for (std::size_t i = from.index(4); i > 0; --i)
  {
    auto const begin = std::uint64_t{from.number<std::uint32_t>()} << 12;
    result.mappings.push_back(
        {begin, begin + 4096, from.number<std::uint64_t>(), from.text(), from.text()});
  }
  for (std::size_t i = 0, count = from.index(12); i < count; ++i)
  {
    symbols::location location{(std::uint64_t{from.number<std::uint32_t>()} << 12) + i + 1, {}};
    for (std::size_t lines = from.index(4) + 1; lines > 0; --lines)
      location.lines.push_back(
          {from.text(), from.text(), from.text(), random_value(from), random_value(from)});
    result.locations.push_back(std::move(location));
  }
  for (std::size_t i = from.index(12); i > 0; --i)
  {
    model::sample sample;
    for (std::size_t depth = result.locations.empty() ? 0 : from.index(8); depth > 0; --depth)
      sample.stack.push_back(static_cast<std::uint32_t>(from.index(result.locations.size())));
    sample.values = {random_value(from), random_value(from)};
    for (char key = 'a'; key < 'a' + static_cast<char>(from.index(3)); ++key)
      sample.labels.push_back({key + from.text(), from.text(), random_value(from), from.text()});
    result.samples.push_back(std::move(sample));
  }
  for (std::size_t i = from.index(3); i > 0; --i)
    result.comments.push_back(from.text());
  return result;
}

}  // namespace leaklab::fuzz
