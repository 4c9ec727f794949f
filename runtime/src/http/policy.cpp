#include "policy.hpp"

#include "ignoring_case.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>

namespace leaklab::http
{
namespace
{

/// The host of "host[:port]"; empty, which names no host, when the port is not a number.
std::string_view without_port(std::string_view host)
{
  auto const colon = host.rfind(':');
  if (colon == std::string_view::npos || host.ends_with(']')) return host;
  return host.find_first_not_of("0123456789", colon + 1) == std::string_view::npos
             ? host.substr(0, colon)
             : "";
}

}  // namespace

bool host_is_allowed(std::string_view host, std::span<std::string const> further)
{
  auto const name = without_port(host);
  auto const is_named = [name](std::string_view allowed)
  { return allowed == "*" || (!name.empty() && iequals(name, allowed)); };
  return is_named("localhost") || is_named("127.0.0.1") || is_named("[::1]") ||
         std::ranges::any_of(further, is_named);
}

bool is_numeric_host(std::string_view host)
{
  namespace ip = boost::asio::ip;
  auto const name = without_port(host);
  // Asio stops at NUL, and takes a zone, which only this machine knows.
  if (name.find_first_not_of("0123456789abcdefABCDEF.:[]") != name.npos) return false;
  boost::system::error_code error;
  if (name.starts_with('[') && name.ends_with(']'))
    ip::make_address_v6(std::string(name.substr(1, name.size() - 2)), error);
  else
    ip::make_address_v4(std::string(name), error);
  return !error;
}

bool is_cross_site_fetch(std::string_view fetch_site, std::string_view fetch_mode)
{
  return iequals(fetch_site, "cross-site") && !iequals(fetch_mode, "navigate");
}

bool origin_is_allowed(std::string_view origin, std::string_view fetch_site, std::string_view host)
{
  if (iequals(fetch_site, "cross-site")) return false;
  if (origin.empty()) return true;
  // Absent in "null", the origin of sandboxed and file: pages.
  auto const scheme_end = origin.find("://");
  return scheme_end != std::string_view::npos && iequals(origin.substr(scheme_end + 3), host);
}

}  // namespace leaklab::http
