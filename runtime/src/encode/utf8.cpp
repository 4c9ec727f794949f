#include "encode/utf8.hpp"

#include <cstddef>
#include <cstdint>

namespace leaklab::encode
{
namespace
{

/// The size of the character that `text`, which is not empty, begins with; 0 when it begins with
/// none.
std::size_t character_size(std::string_view text)
{
  auto const lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80) return 1;
  std::size_t const size = lead < 0xc2   ? 0
                           : lead < 0xe0 ? 2
                           : lead < 0xf0 ? 3
                           : lead < 0xf5 ? 4
                                         : 0;
  if (size == 0 || text.size() < size) return 0;
  std::uint32_t code = lead & (0x7fu >> size);
  for (std::size_t i = 1; i < size; ++i)
  {
    auto const next = static_cast<unsigned char>(text[i]);
    if ((next & 0xc0) != 0x80) return 0;
    code = code << 6 | (next & 0x3fu);
  }
  bool const is_overlong = (size == 3 && code < 0x800) || (size == 4 && code < 0x10000);
  bool const is_surrogate = code >= 0xd800 && code < 0xe000;
  return is_overlong || is_surrogate || code > 0x10ffff ? 0 : size;
}

}  // namespace

std::string to_utf8(std::string_view text)
{
  std::string result;
  result.reserve(text.size());
  while (!text.empty())
  {
    auto const size = character_size(text);
    result += size == 0 ? "\xef\xbf\xbd" : text.substr(0, size);
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return result;
}

}  // namespace leaklab::encode
