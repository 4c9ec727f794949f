#include "http.hpp"

#include <charconv>

namespace shop
{

std::string_view request::parameter(std::string_view name) const
{
  std::string_view rest = query;
  while (!rest.empty())
  {
    auto const pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    auto const equals = pair.find('=');
    if (equals != pair.npos && pair.substr(0, equals) == name) return pair.substr(equals + 1);
  }
  return {};
}

unsigned request::number() const
{
  unsigned value = 0;
  auto const slash = path.rfind('/');
  if (slash != path.npos)
    std::from_chars(path.data() + slash + 1, path.data() + path.size(), value);
  return value;
}

}  // namespace shop
