// The target of a request line, taken apart: RFC 9112 section 3.2, RFC 3986 section 2.1.
//
// Not by Boost.URL: it refuses a target for a single character that RFC 3986 wants encoded, and
// curl and browsers send some of those as they are: | [ ] { } ^ ` " in a query, for example.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace leaklab::http
{

/// Text with its %XX escapes resolved; nothing when an escape is broken or stands for NUL. '+'
/// stays as it is.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);

struct target
{
  std::string authority;  ///< of an absolute-form target, else empty
  std::string path;       ///< decoded, otherwise as sent: dot segments and empty segments stay
  std::string query;      ///< as sent, without the '?'
};

/// Takes the origin form ("/path?query") and the absolute form ("http://host/path?query"); nothing
/// for other forms and for paths that do not decode.
[[nodiscard]] std::optional<target> parse_target(std::string_view text);

}  // namespace leaklab::http
