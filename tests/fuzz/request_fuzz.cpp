// A request as bytes, through the parser, the policy and the routes, to the bytes of the answer.
#include "byte_source.hpp"
#include "http/exchange.hpp"
#include "http/routes.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>

using namespace leaklab::http;
using leaklab::fuzz::require;

namespace
{

response answer_to(std::string_view text, routes& known, bool& keep_alive)
{
  boost::beast::http::request_parser<boost::beast::http::string_body> input;
  input.header_limit(16 * 1024);
  input.body_limit(64 * 1024);
  input.eager(true);
  make_strict(input);
  boost::system::error_code error;
  input.put(boost::asio::buffer(text), error);
  if (!error && !input.is_done()) input.put_eof(error);
  if (error) return refuse_unreadable(error);

  auto to = parse_target(input.get().target());
  if (auto refusal = refuse(input.get(), to, {})) return *refusal;
  keep_alive = input.keep_alive();
  auto const asked = to_request(input.release(), std::move(*to));
  auto answer = call([&] { return known(asked); });
  if (asked.takes_gzip) pack(answer);
  return answer;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
  static leaklab::model::leak_watch const watch;
  static routes known{watch};
  exchange made;
  made.answer = answer_to({reinterpret_cast<char const*>(data), size}, known, made.keep_alive);
  auto const status = made.answer.status;
  require(status >= 200 && status < 600 && status != 500);
  auto const message = head_of(made);
  require(message.count("Content-Length") + message.count("Transfer-Encoding") == 1);
  require(message.count("X-Content-Type-Options") == 1);
  require((message.count("X-Go-Pprof") == 1) == (status >= 400));
  for (auto const& field : message)  // nothing of the request breaks out of a header
    require(field.value().find_first_of("\r\n") == field.value().npos);
  auto const encoding = message["Content-Encoding"];
  require(encoding.empty() || encoding == "gzip");
  while (made.answer.more && !made.answer.more().empty())
  {
  }
  return 0;
}
