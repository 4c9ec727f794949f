// Text between double quotes, as Prometheus label values and Go's strconv.Quote agree on it.
#pragma once

#include <string>
#include <string_view>

namespace leaklab::encode
{

enum class quotes
{
  escaped,
  kept
};

/// Backslash, line feed and, unless kept, the double quote are escaped.
[[nodiscard]] inline std::string escape(std::string_view text, quotes how = quotes::escaped)
{
  std::string escaped;
  escaped.reserve(text.size());
  for (char const c : text)
  {
    if (c == '\n')
    {
      escaped += "\\n";
      continue;
    }
    if (c == '\\' || (c == '"' && how == quotes::escaped)) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

}  // namespace leaklab::encode
