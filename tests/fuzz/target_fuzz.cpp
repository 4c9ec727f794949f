// What is taken apart by hand in a request: the target, the query, Host, Origin, Authorization.
#include "byte_source.hpp"
#include "http/authorization.hpp"
#include "http/ignoring_case.hpp"
#include "http/message.hpp"
#include "http/policy.hpp"
#include "http/target.hpp"

#include <fmt/format.h>

using namespace leaklab::http;
using leaklab::fuzz::require;

namespace
{

std::string percent_encode(std::string_view text)
{
  std::string encoded;
  for (char const c : text)
    encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  return encoded;
}

void check_target(std::string_view text)
{
  auto const to = parse_target(text);
  require(!to || (!to->path.empty() && to->path.find('\0') == std::string::npos &&
                  to->path.size() <= text.size()));
  if (to && to->authority.empty()) require(text.ends_with(to->query) && text.starts_with('/'));

  auto const decoded = percent_decode(text);
  if (decoded) require(percent_decode(percent_encode(*decoded)) == decoded);

  request asked;
  asked.query = text;
  require(asked.parameter("debug").size() <= text.size());
  asked.query = fmt::format("debug={}&{}", percent_encode(decoded.value_or("")), text);
  if (decoded) require(asked.parameter("debug") == *decoded || decoded->empty());
}

void check_hosts(std::string_view host)
{
  if (host_is_allowed(host, {}))
    require(host.find_first_of("@/ ,") == std::string_view::npos && !host.empty());
  if (is_numeric_host(host))
    require(host.find_first_not_of("0123456789abcdefABCDEF.:[]") == std::string_view::npos);
  require(!origin_is_allowed(host, "cross-site", host));
  if (origin_is_allowed(host, "", "localhost") && !host.empty())
    require(iequals(host.substr(host.find("://") + 3), "localhost"));
}

void check_authorization(std::string_view text)
{
  std::string const token = "token";
  require(carries_token(fmt::format("Bearer {}", token), token));
  if (carries_token(text, token)) require(text.size() >= token.size() + 6);
  if (auto const decoded = decode_base64(text)) require(decoded->size() <= text.size() / 4 * 3);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
  std::string_view const text(reinterpret_cast<char const*>(data), size);
  check_target(text);
  check_hosts(text);
  check_authorization(text);
  check_authorization("Basic " + std::string(text));
  return 0;
}
