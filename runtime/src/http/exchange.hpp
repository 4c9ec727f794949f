// One request and its answer between the wire, which speaks Beast, and the routes, which do not.
#pragma once

#include "message.hpp"
#include "server.hpp"
#include "target.hpp"

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/system/error_code.hpp>

#include <functional>
#include <optional>
#include <string>

namespace leaklab::http
{

using wire_request = boost::beast::http::request<boost::beast::http::string_body>;
using wire_head = boost::beast::http::response<boost::beast::http::empty_body>;

struct exchange
{
  response answer;
  unsigned version = 11;    ///< of the request: 11 is HTTP/1.1
  bool head_only = false;   ///< the body is measured, not sent
  bool keep_alive = false;  ///< another request may follow
};

/// The answer to a request that could not be read. Throws boost::system::system_error when the
/// cause is not its text: then there is nobody left to read an answer.
[[nodiscard]] response refuse_unreadable(boost::system::error_code cause);

/// The answer to a request that does not get to the handler, judged by its header; nothing when it
/// does. `to` is what parse_target made of its target.
[[nodiscard]] std::optional<response> refuse(wire_request const& header,
                                             std::optional<target> const& to,
                                             server_options const& options);

/// Refuses what Beast reads and others read in another way. For each parser, before it reads.
void make_strict(boost::beast::http::request_parser<boost::beast::http::string_body>& parser);

[[nodiscard]] request to_request(wire_request&& from, target&& to);

/// Calls a handler, which can neither take the server down nor break out of a header.
[[nodiscard]] response call(std::function<response()> const& handle);

/// Packs what is long and not packed yet. Throws std::bad_alloc.
void pack(response& answer);

/// With the headers that every answer has. Without Content-Length when more than the body comes:
/// then it comes in chunks, or, to a client of HTTP/1.0, until the connection is closed.
[[nodiscard]] wire_head head_of(exchange const& made);

/// As it is sent, with the empty line behind it.
[[nodiscard]] std::string text_of(wire_head const& head);

}  // namespace leaklab::http
