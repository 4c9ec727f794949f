#include "message.hpp"

#include "target.hpp"

#include <algorithm>

namespace leaklab::http
{
namespace
{

std::optional<std::string> decode_form_text(std::string_view text)
{
  std::string spaced(text);
  std::ranges::replace(spaced, '+', ' ');
  return percent_decode(spaced);
}

}  // namespace

std::string request::parameter(std::string_view name) const
{
  for (std::string_view rest = query; !rest.empty();)
  {
    auto const pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));

    auto const key = pair.substr(0, pair.find('='));
    if (decode_form_text(key) != name) continue;
    // Like Go's url.ParseQuery, a pair that does not decode counts as absent.
    if (auto value = decode_form_text(pair.substr(std::min(key.size() + 1, pair.size()))))
      return *value;
  }
  return {};
}

response response::error(int status, std::string_view message)
{
  response answer;
  answer.status = status;
  answer.body.append(message).append("\n");
  answer.headers.emplace_back("X-Go-Pprof", "1");
  return answer;
}

response response::later(std::chrono::milliseconds delay, std::function<response()> finish)
{
  response answer;
  answer.finish = std::move(finish);
  answer.delay = delay;
  return answer;
}

}  // namespace leaklab::http
