// Names in HTTP are compared without regard to case.
#pragma once

#include <algorithm>
#include <string_view>

namespace leaklab::http
{

/// Of ASCII letters. Beast's own iequals reads a byte behind the end of texts that differ in case.
[[nodiscard]] inline bool iequals(std::string_view left, std::string_view right) noexcept
{
  auto const lower = [](char c)
  { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(left, right, {}, lower, lower);
}

}  // namespace leaklab::http
