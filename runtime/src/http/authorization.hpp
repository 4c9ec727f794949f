// The token that an endpoint may ask for, as clients can send it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace leaklab::http
{

/// What base64 text stands for (RFC 4648 section 4); nothing when it is malformed.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);

/// Whether the header Authorization carries `token`: as "Bearer TOKEN" (RFC 6750), or as the
/// password of "Basic …" (RFC 7617), the only form that pprof can send. How long it takes tells
/// nothing about `token` but its length.
[[nodiscard]] bool carries_token(std::string_view authorization, std::string_view token);

}  // namespace leaklab::http
