// Quantities as people type them: a whole number above 0 and its unit.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace leaklab
{

/// "500ms", "10s", "2m"; up to a year.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// "4096B", "64KiB", "512MiB", "1GiB".
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);

/// "900".
[[nodiscard]] std::optional<std::uint64_t> parse_count(std::string_view text);

/// "500ms", "2s": what parse_duration() takes.
[[nodiscard]] std::string to_string(std::chrono::milliseconds duration);

}  // namespace leaklab
