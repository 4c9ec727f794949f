// Numbers as people type them, and quantities: a whole number above 0 and its unit.
#pragma once

#include <charconv>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace leaklab
{

/// What std::from_chars makes of the whole of `text`; nothing when it is no number or does not fit.
template <class Number>
[[nodiscard]] std::optional<Number> parse_number(std::string_view text)
{
  Number value{};
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// "500ms", "10s", "2m"; up to a year.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// "4096B", "64KiB", "512MiB", "1GiB".
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);

/// "900".
[[nodiscard]] std::optional<std::uint64_t> parse_count(std::string_view text);

/// "500ms", "2s": what parse_duration() takes.
[[nodiscard]] std::string to_string(std::chrono::milliseconds duration);

}  // namespace leaklab
