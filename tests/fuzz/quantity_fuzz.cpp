// Quantities as people type them.
#include "byte_source.hpp"
#include "parse/quantity.hpp"

using namespace leaklab;
using leaklab::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
  std::string_view const text(reinterpret_cast<char const*>(data), size);
  if (auto const duration = parse_duration(text))
  {
    require(duration->count() > 0 && *duration <= std::chrono::years(1));
    require(parse_duration(to_string(*duration)) == duration);
  }
  if (auto const bytes = parse_size(text))
    require(parse_size(std::to_string(*bytes) + "B") == bytes && *bytes > 0);
  if (auto const count = parse_count(text))
    require(std::to_string(*count).size() <= text.size() && *count > 0);
  return 0;
}
