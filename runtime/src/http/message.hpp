// A request and its answer, as the routes see them: no sockets, no Beast.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace leaklab::http
{

enum class verb
{
  get,
  head,
  post
};

struct request
{
  verb method = verb::get;
  std::string path;   ///< decoded, without the query
  std::string query;  ///< as sent, without the '?'
  std::string body;
  bool takes_gzip = false;  ///< the client does
  std::string host{};       ///< as the client called the server; empty when it did not

  /// The first value of a query parameter, decoded; empty when it is absent or has no value.
  [[nodiscard]] std::string parameter(std::string_view name) const;
};

struct response
{
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;  ///< beyond those that every answer has

  /// When set, the body goes on after `body` with what this returns, until that is empty. It is called
  /// as handlers are, each time that the client has taken the piece before.
  std::function<std::string()> more;
  std::size_t kept_bytes = 0;  ///< about how much memory `more` holds

  /// When set, this is not the answer yet: after `delay`, in which others are served, `finish`
  /// gives it; sooner when the client has ended sending, as Go's profiles do. If the connection is
  /// lost or the server ends before, `finish` is destroyed uncalled, so what it owns must clean up
  /// after itself.
  std::function<response()> finish;
  std::chrono::milliseconds delay{0};

  /// An error as net/http/pprof words it: text/plain, `X-Go-Pprof: 1` so that pprof shows the text,
  /// and `message`.
  [[nodiscard]] static response error(int status, std::string_view message);
  [[nodiscard]] static response later(std::chrono::milliseconds delay,
                                      std::function<response()> finish);
};

using handler = std::function<response(request const&)>;
using selector = std::function<bool(request const&)>;

}  // namespace leaklab::http
