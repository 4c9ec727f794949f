#include "http_connection.hpp"

#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <chrono>

namespace clients
{

namespace beast = boost::beast;
namespace http = beast::http;
using asio::use_awaitable;

namespace
{

constexpr auto patience = std::chrono::seconds(5);

}  // namespace

struct http_connection::impl
{
  beast::tcp_stream stream;
  beast::flat_buffer buffer;
};

http_connection::http_connection(asio::any_io_executor const& executor)
    : impl_(new impl{beast::tcp_stream(executor), {}})
{
}

http_connection::~http_connection() = default;

awaitable<void> http_connection::open(tcp::endpoint shop)
{
  impl_->stream.expires_after(patience);
  co_await impl_->stream.async_connect(shop, use_awaitable);
  impl_->stream.expires_never();
}

awaitable<answer> http_connection::ask(std::string_view method, std::string_view target,
                                       std::string body)
{
  auto& [stream, buffer] = *impl_;
  http::request<http::string_body> question(http::string_to_verb(method), target, 11);
  question.set(http::field::host, "shop");
  question.body() = std::move(body);
  question.prepare_payload();
  stream.expires_after(patience);
  co_await http::async_write(stream, question, use_awaitable);
  http::response<http::string_body> got;
  co_await http::async_read(stream, buffer, got, use_awaitable);
  stream.expires_never();
  co_return answer{got.result_int(), std::move(got.body())};
}

tcp::socket& http_connection::socket() noexcept
{
  return impl_->stream.socket();
}

}  // namespace clients
