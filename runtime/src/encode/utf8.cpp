#include "encode/utf8.hpp"

#include <boost/nowide/utf/utf.hpp>

namespace leaklab::encode
{

std::string to_utf8(std::string_view text)
{
  namespace utf = boost::nowide::utf;
  std::string result;
  result.reserve(text.size());
  for (auto const* at = text.data(); at != text.data() + text.size();)
  {
    auto const* const begin = at;
    if (utf::is_valid_codepoint(utf::utf_traits<char>::decode(at, text.data() + text.size())))
      result.append(begin, at);
    else
    {
      result += "\xef\xbf\xbd";
      at = begin + 1;
    }
  }
  return result;
}

}  // namespace leaklab::encode
