// What the handlers of several paths have in common: answers, and parameters as net/http/pprof
// takes them.
#pragma once

#include "http/message.hpp"
#include "parse/quantity.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace leaklab::http
{

constexpr std::string_view pprof_prefix = "/debug/pprof/";
constexpr std::string_view plain_text = "text/plain; charset=utf-8";

[[nodiscard]] inline response typed(std::string_view content_type, std::string body)
{
  response answer;
  answer.content_type = content_type;
  answer.body = std::move(body);
  return answer;
}

/// A body that is made while it is sent, from about `kept_bytes` of memory.
[[nodiscard]] inline response piecewise(std::string_view content_type,
                                        std::function<std::string()> more, std::size_t kept_bytes)
{
  auto answer = typed(content_type, {});
  answer.more = std::move(more);
  answer.kept_bytes = kept_bytes;
  return answer;
}

[[nodiscard]] inline response plain(std::string body)
{
  return typed(plain_text, std::move(body));
}

/// A binary profile, under the headers with which net/http/pprof sends it.
[[nodiscard]] inline response attachment(std::string const& name, std::string body)
{
  auto answer = typed("application/octet-stream", std::move(body));
  answer.headers.emplace_back("Content-Disposition", "attachment; filename=\"" + name + "\"");
  return answer;
}

[[nodiscard]] inline response not_allowed(std::string allowed)
{
  auto answer = response::error(405, "Method Not Allowed");
  answer.headers.emplace_back("Allow", std::move(allowed));
  return answer;
}

/// Anything but a number counts as 0.
[[nodiscard]] inline int debug_level(request const& ask)
{
  return parse_number<int>(ask.parameter("debug")).value_or(0);
}

/// Refuses a `seconds` that is not a positive whole number. Nothing when it is absent or good.
[[nodiscard]] inline std::optional<response> refuse_bad_seconds(request const& ask)
{
  auto const seconds = ask.parameter("seconds");
  if (seconds.empty() || parse_number<std::int64_t>(seconds).value_or(0) > 0) return std::nullopt;
  return response::error(400, "invalid value for \"seconds\" - must be a positive integer");
}

/// For a profile that shows one moment, so that there is no change over a time to ask for.
[[nodiscard]] inline std::optional<response> refuse_seconds(request const& ask)
{
  if (auto refused = refuse_bad_seconds(ask)) return refused;
  if (ask.parameter("seconds").empty()) return std::nullopt;
  return response::error(400, "\"seconds\" parameter is not supported for this profile type");
}

}  // namespace leaklab::http
