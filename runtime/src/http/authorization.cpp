#include "authorization.hpp"

#include "ignoring_case.hpp"

#include <algorithm>
#include <cstdint>

namespace leaklab::http
{
namespace
{

/// Looks at every character, wherever the first difference is.
bool equal_in_constant_time(std::string_view left, std::string_view right)
{
  int difference = left.size() == right.size() ? 0 : 1;
  for (std::size_t i = 0; i < left.size(); ++i)
    difference |= left[i] ^ right[i % right.size()];
  return difference == 0;
}

}  // namespace

std::optional<std::string> decode_base64(std::string_view text)
{
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  if (text.size() % 4 != 0) return std::nullopt;
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding)
    text.remove_suffix(1);
  std::string decoded;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (char const character : text)
  {
    auto const digit = digits.find(character);
    if (digit == digits.npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    decoded += static_cast<char>(bits >> count & 0xff);
  }
  return decoded;
}

bool carries_token(std::string_view authorization, std::string_view token)
{
  auto const space = authorization.find(' ');
  if (space == authorization.npos || token.empty()) return false;
  auto const scheme = authorization.substr(0, space);
  auto const credentials = authorization.substr(
      std::min(authorization.find_first_not_of(' ', space), authorization.size()));
  if (iequals(scheme, "Bearer")) return equal_in_constant_time(credentials, token);
  if (!iequals(scheme, "Basic")) return false;
  auto const decoded = decode_base64(credentials);
  auto const colon = decoded ? decoded->find(':') : std::string::npos;
  return colon != std::string::npos &&
         equal_in_constant_time(std::string_view(*decoded).substr(colon + 1), token);
}

}  // namespace leaklab::http
