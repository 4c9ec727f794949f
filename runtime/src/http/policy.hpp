// Who may ask. The endpoint is for programs and people on this machine, and must not be reachable
// through a page that happens to be open in their browser. authorization.hpp has the rest.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace leaklab::http
{

/// The guard against DNS rebinding, where a foreign name is made to resolve to loopback. Such a
/// request carries the foreign name as its Host, so only `localhost`, `127.0.0.1`, `[::1]` and
/// `further` names pass: in any case, with any port. "*" among `further` lets every Host pass.
[[nodiscard]] bool host_is_allowed(std::string_view host, std::span<std::string const> further);

/// Whether `host` is an IP address, with or without a port. That is no name, which could be made to
/// resolve to another machine.
[[nodiscard]] bool is_numeric_host(std::string_view host);

/// The guard against pages that make a browser on this machine ask for something costly. Following
/// a link is allowed. `fetch_site` and `fetch_mode` are the headers Sec-Fetch-Site and
/// Sec-Fetch-Mode, which only browsers send.
[[nodiscard]] bool is_cross_site_fetch(std::string_view fetch_site, std::string_view fetch_mode);

/// The guard against cross-site requests, for those that may change something. `origin` and
/// `fetch_site` are the headers Origin and Sec-Fetch-Site, empty when absent, as clients other than
/// browsers leave them; `host` is the header Host.
[[nodiscard]] bool origin_is_allowed(std::string_view origin, std::string_view fetch_site,
                                     std::string_view host);

}  // namespace leaklab::http
