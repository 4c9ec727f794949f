// Text of the program's in a page: escaped, and of a bounded length.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace leaklab::page
{

/// As text, or as the value of an attribute between double quotes: in UTF-8, control characters as
/// spaces, and what is longer than `most` bytes without its middle.
[[nodiscard]] std::string html(std::string_view text, std::size_t most = 150);

}  // namespace leaklab::page
