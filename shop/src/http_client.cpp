#include "http_client.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <exception>
#include <utility>
#include <variant>

namespace shop
{

namespace http = boost::beast::http;

namespace
{

// As a result: the operators wait for the first success.
awaitable<std::exception_ptr> failure_of(awaitable<void> work)
{
  std::exception_ptr failure;
  try
  {
    co_await std::move(work);
  }
  catch (...)
  {
    failure = std::current_exception();
  }
  co_return failure;
}

}  // namespace

awaitable<std::string> exchange(tcp::socket& connection, std::string_view method,
                                std::string_view target, std::string body)
{
  http::request<http::string_body> question(http::string_to_verb(method), target, 11);
  question.set(http::field::host, "partner");
  question.body() = std::move(body);
  question.prepare_payload();
  co_await http::async_write(connection, question, use_awaitable);

  boost::beast::flat_buffer buffer;
  http::response<http::string_body> answer;
  co_await http::async_read(connection, buffer, answer, use_awaitable);
  if (http::to_status_class(answer.result()) != http::status_class::successful)
    throw boost::system::system_error(make_error_code(boost::system::errc::protocol_error));
  co_return std::move(answer.body());
}

awaitable<void> within(std::chrono::milliseconds time, awaitable<void> work)
{
  using namespace asio::experimental::awaitable_operators;
  asio::steady_timer deadline(co_await asio::this_coro::executor, time);
  auto const first = co_await (failure_of(std::move(work)) || deadline.async_wait(use_awaitable));
  if (first.index() == 1) throw boost::system::system_error(asio::error::timed_out);
  if (auto const& failure = std::get<0>(first)) std::rethrow_exception(failure);
}

}  // namespace shop
