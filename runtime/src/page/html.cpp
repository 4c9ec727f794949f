#include "page/html.hpp"

#include "encode/utf8.hpp"

namespace leaklab::page
{
namespace
{

std::string_view escaped(char const& c)
{
  switch (c)
  {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return static_cast<unsigned char>(c) < ' ' || c == 0x7f ? " " : std::string_view(&c, 1);
  }
}

bool goes_on(char c)
{
  return (c & 0xc0) == 0x80;  // 10xxxxxx, RFC 3629 section 3
}

}  // namespace

std::string html(std::string_view text, std::size_t most)
{
  auto const whole = encode::to_utf8(text);
  std::string result;
  for (char const& c : whole)
    result += escaped(c);
  if (result.size() <= most) return result;

  auto begin = whole.begin();
  for (std::size_t size = 0; (size += escaped(*begin).size()) <= most / 2;)
    ++begin;
  while (goes_on(*begin))
    --begin;
  auto end = whole.end();
  for (std::size_t size = 0; (size += escaped(end[-1]).size()) <= most / 2;)
    --end;
  while (end != whole.end() && goes_on(*end))
    ++end;

  result.clear();
  for (char const& c : std::string_view(whole.begin(), begin))
    result += escaped(c);
  result += "…";
  for (char const& c : std::string_view(end, whole.end()))
    result += escaped(c);
  return result;
}

}  // namespace leaklab::page
