#include "target.hpp"

#include "ignoring_case.hpp"

#include <algorithm>
#include <charconv>

namespace leaklab::http
{
namespace
{

/// Moves the authority of an absolute-form target out of `text`, which keeps the path and the
/// query.
std::string_view take_authority(std::string_view& text)
{
  for (std::string_view const scheme : {"http://", "https://"})
  {
    if (!iequals(text.substr(0, scheme.size()), scheme)) continue;
    text.remove_prefix(scheme.size());
    auto const end = std::min(text.find_first_of("/?"), text.size());
    auto const authority = text.substr(0, end);
    text.remove_prefix(end);
    return authority;
  }
  return {};
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text)
{
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i)
  {
    unsigned char byte = static_cast<unsigned char>(text[i]);
    if (byte == '%')
    {
      auto const digits = text.substr(i + 1, 2);
      auto const end = digits.data() + digits.size();
      if (digits.size() != 2 || std::from_chars(digits.data(), end, byte, 16).ptr != end)
        return std::nullopt;
      i += 2;
    }
    if (byte == 0) return std::nullopt;
    decoded += static_cast<char>(byte);
  }
  return decoded;
}

std::optional<target> parse_target(std::string_view text)
{
  target result;
  if (!text.starts_with('/'))
  {
    result.authority = take_authority(text);
    if (result.authority.empty()) return std::nullopt;
  }

  auto const mark = std::min(text.find('?'), text.size());
  auto path = percent_decode(mark == 0 ? "/" : text.substr(0, mark));
  if (!path) return std::nullopt;
  result.path = std::move(*path);
  if (mark < text.size()) result.query = text.substr(mark + 1);
  return result;
}

}  // namespace leaklab::http
