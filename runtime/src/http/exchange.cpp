#include "exchange.hpp"

#include "authorization.hpp"
#include "encode/gzip.hpp"
#include "ignoring_case.hpp"
#include "policy.hpp"

#include <boost/beast/http/error.hpp>
#include <boost/system/system_error.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <new>
#include <string_view>
#include <utility>

namespace leaklab::http
{
namespace
{

namespace beast = boost::beast;
using field = beast::http::field;

/// RFC 9110 section 12.5.3.
bool takes_gzip(std::string_view accepted)
{
  while (!accepted.empty())
  {
    auto coding = accepted.substr(0, accepted.find(','));
    accepted.remove_prefix(std::min(coding.size() + 1, accepted.size()));
    coding.remove_prefix(std::min(coding.find_first_not_of(" \t"), coding.size()));
    if (!iequals(coding.substr(0, coding.find_first_of("; \t")), "gzip")) continue;
    auto const weight = coding.find("q=");
    return weight == coding.npos || coding.find_first_of("123456789", weight) != coding.npos;
  }
  return false;
}

}  // namespace

void make_strict(beast::http::request_parser<beast::http::string_body>& parser)
{
  // Beast takes anything within quotes, so also what ends a line, or a text, for some reader; and
  // white space outside of them, which llhttp, in front of many servers, does not.
  static auto check =
      [](std::uint64_t, std::string_view extension, boost::system::error_code& error)
  {
    bool is_quoted = false;
    for (std::size_t i = 0; i != extension.size(); ++i)
    {
      auto const c = static_cast<unsigned char>(extension[i]);
      bool const is_space = c == ' ' || c == '\t';
      if ((c < ' ' && !is_space) || c == 0x7f || (is_space && !is_quoted))
        error = beast::http::error::bad_chunk_extension;
      if (c == '"' && !(is_quoted && extension[i - 1] == '\\')) is_quoted = !is_quoted;
    }
  };
  parser.on_chunk_header(check);
}

response refuse_unreadable(boost::system::error_code cause)
{
  using beast::http::error;
  auto const fault_of_the_text = make_error_code(error::bad_method);
  if (cause == error::header_limit) return response::error(431, "request header too large");
  if (cause == error::body_limit) return response::error(413, "request body too large");
  if (cause.category() != fault_of_the_text.category()) throw boost::system::system_error(cause);
  return response::error(400, "malformed request: " + cause.message());
}

std::optional<response> refuse(wire_request const& header, std::optional<target> const& to,
                               server_options const& options)
{
  std::string_view const host = header[field::host];
  auto const hosts = header.count(field::host);
  if (hosts > 1 || (hosts == 0 && header.version() >= 11))
    return response::error(400, "exactly one Host is required");
  auto const is_foreign = [&](std::string_view name)
  {
    return !host_is_allowed(name, options.allowed_hosts) &&
           !(options.allow_numeric_hosts && is_numeric_host(name));
  };
  bool const names_target_host = to && !to->authority.empty();
  if ((hosts == 1 && is_foreign(host)) || (names_target_host && is_foreign(to->authority)))
    return response::error(403, "host is not allowed");
  if (is_cross_site_fetch(header["Sec-Fetch-Site"], header["Sec-Fetch-Mode"]))
    return response::error(403, "cross-site request");
  if (!options.token.empty() && (header.count(field::authorization) != 1 ||
                                 !carries_token(header[field::authorization], options.token)))
  {
    auto answer = response::error(401, "a token is required");
    answer.headers.emplace_back("WWW-Authenticate", "Bearer");
    answer.headers.emplace_back("WWW-Authenticate", R"(Basic realm="leaklab", charset="UTF-8")");
    return answer;
  }

  using beast::http::verb;
  if (header.method() != verb::get && header.method() != verb::head &&
      header.method() != verb::post)
  {
    auto answer = response::error(405, "method not allowed");
    answer.headers.emplace_back("Allow", "GET, HEAD, POST");
    return answer;
  }
  if (header.method() == verb::post &&
      (header.count(field::origin) > 1 ||
       !origin_is_allowed(header[field::origin], header["Sec-Fetch-Site"], host)))
    return response::error(403, "cross-site request");
  if (header.target().size() > options.max_target_bytes)
    return response::error(414, "target too long");
  if (!to) return response::error(400, "malformed target");
  // RFC 9110 section 8.6 leaves it to the reader whether to take the same length given twice.
  auto const length = header[field::content_length];
  if (header.count(field::content_length) > 1 ||
      length.find_first_not_of("0123456789") != length.npos)
    return response::error(400, "exactly one Content-Length is accepted");
  if (auto const encodings = header.count(field::transfer_encoding))
  {
    // RFC 9112 section 6.1: with another version or another coding, where the body ends is a matter
    // of opinion.
    if (header.version() < 11) return response::error(400, "transfer encoding needs version 1.1");
    if (encodings > 1 || !iequals(header[field::transfer_encoding], "chunked"))
      return response::error(501, "transfer encoding is not supported");
  }
  return std::nullopt;
}

request to_request(wire_request&& from, target&& to)
{
  auto const method = from.method() == beast::http::verb::post   ? verb::post
                      : from.method() == beast::http::verb::head ? verb::head
                                                                 : verb::get;
  return {method, std::move(to.path), std::move(to.query), std::move(from.body()),
          takes_gzip(from[field::accept_encoding]), std::string(from[field::host])};
}

response call(std::function<response()> const& handle)
try
{
  auto answer = handle();
  auto const breaks_line = [](auto const& header)
  { return header.second.find_first_of("\r\n") != std::string::npos; };
  if (std::ranges::any_of(answer.headers, breaks_line))
    return response::error(500, "line break in a header");
  return answer;
}
catch (std::bad_alloc const&)
{
  return response::error(503, "out of memory");
}
catch (std::exception const& error)
{
  return response::error(500, error.what());
}
catch (...)
{
  return response::error(500, "unknown exception");
}

void pack(response& answer)
{
  constexpr std::size_t long_body = 16 * 1024;
  if (answer.finish || answer.content_type == "application/octet-stream" ||
      (!answer.more && answer.body.size() < long_body))
    return;
  auto const packed = std::make_shared<encode::gzip_stream>(Z_BEST_SPEED);
  answer.headers.emplace_back("Content-Encoding", "gzip");
  if (!answer.more)
  {
    answer.body = packed->end(answer.body);
    return;
  }
  answer.body = packed->add(answer.body);
  answer.kept_bytes += encode::gzip_stream::size;
  answer.more = [packed, more = std::move(answer.more), has_ended = false]() mutable
  {
    std::string piece;
    while (piece.empty() && !has_ended)
    {
      auto const plain = more();
      has_ended = plain.empty();
      piece = has_ended ? packed->end() : packed->add(plain);
    }
    return piece;
  };
}

wire_head head_of(exchange const& made)
{
  wire_head message;
  message.version(made.version);
  message.result(static_cast<unsigned>(made.answer.status));
  for (auto const& [name, value] : made.answer.headers)
    message.insert(name, value);
  message.set(field::content_type, made.answer.content_type);
  message.set("X-Content-Type-Options", "nosniff");
  message.set(field::cache_control, "no-store");
  if (!made.answer.more)
    message.content_length(made.answer.body.size());
  else if (made.version >= 11)
    message.chunked(true);
  message.keep_alive(made.keep_alive);
  return message;
}

std::string text_of(wire_head const& head)
{
  std::string_view const reason = head.reason();
  auto text = fmt::format("HTTP/{}.{} {} {}\r\n", head.version() / 10, head.version() % 10,
                          head.result_int(), reason);
  for (auto const& each : head)
  {
    std::string_view const name = each.name_string();
    std::string_view const value = each.value();
    text.append(name).append(": ").append(value).append("\r\n");
  }
  return text += "\r\n";
}

}  // namespace leaklab::http
