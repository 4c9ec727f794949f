#include "http_server.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <world/scope_guard.hpp>

#include <chrono>
#include <exception>

namespace shop
{

using namespace std::chrono_literals;
namespace beast = boost::beast;
namespace http = beast::http;

namespace
{

constexpr auto idle_time = 5s;         // between two requests of a client
constexpr auto pause_at_limit = 50ms;  // when no descriptor is left
constexpr std::uint64_t largest_body = 512 * 1024;
constexpr std::string_view stream_head =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";

request plain(http::request<http::string_body>&& parsed)
{
  auto const target = std::string_view(parsed.target().data(), parsed.target().size());
  auto const mark = std::min(target.find('?'), target.size());
  return {.method = std::string(parsed.method_string()),
          .path = std::string(target.substr(0, mark)),
          .query = std::string(target.substr(std::min(mark + 1, target.size()))),
          .body = std::move(parsed.body())};
}

http::response<http::string_body> message(response made, bool keep_alive)
{
  http::response<http::string_body> answer(http::int_to_status(made.status), 11);
  answer.set(http::field::content_type, "text/plain");
  answer.keep_alive(keep_alive);
  answer.body() = std::move(made.body);
  answer.prepare_payload();
  return answer;
}

// What is to be said of a request that could not be read; nothing when its client has gone.
std::optional<response> complaint(error_code error)
{
  if (error == http::error::body_limit) return response{413, "too large\n"};
  if (error.category() == make_error_code(http::error::bad_method).category() &&
      error != http::error::end_of_stream && error != http::error::partial_message)
    return response{400, "not HTTP\n"};
  return std::nullopt;
}

}  // namespace

http_server::http_server(environment const& around, tcp::endpoint const& at,
                         request_handler& handler)
    : around_(around),
      handler_(handler),
      acceptor_(around.executor, at),
      open_(around.executor, "connections", [this] { return static_cast<double>(connections_); },
            {.noise = 20})
{
  around_.tasks.spawn(accept(), "acceptor");
}

awaitable<void> http_server::accept()
{
  while (acceptor_.is_open())
  {
    auto [error, client] = co_await acceptor_.async_accept(no_throw);
    if (!error)
      around_.tasks.spawn(serve(std::move(client)), "connection");
    else if (error != asio::error::operation_aborted)
      co_await asio::steady_timer(around_.executor, pause_at_limit).async_wait(use_awaitable);
  }
}

awaitable<void> http_server::serve(tcp::socket accepted)
{
  ++connections_;
  world::scope_exit const count([this] { --connections_; });
  beast::tcp_stream client(std::move(accepted));
  beast::flat_buffer buffer;
  for (bool goes_on = true; goes_on;)
  {
    http::request_parser<http::string_body> parser;
    parser.body_limit(largest_body);
    client.expires_after(idle_time);
    if (around_.faults.has(fault::unlimited_accept)) client.expires_never();
    auto const [error, size] = co_await http::async_read(client, buffer, parser, no_throw);
    if (error)
    {
      auto const answer = complaint(error);
      if (!answer) co_return;
      auto const bytes = message(*answer, false);
      co_await http::async_write(client, bytes, no_throw);
      co_return;
    }
    goes_on = parser.get().keep_alive();
    auto asked = plain(parser.release());
    client.expires_never();
    if (auto stream = handler_.stream(asked, client.socket()))
    {
      auto const [failed, sent] =
          co_await asio::async_write(client.socket(), asio::buffer(stream_head), no_throw);
      if (!failed) co_await std::move(*stream);
      co_return;
    }
    response made{500, "failed\n"};
    try
    {
      made = co_await handler_.answer(std::move(asked));
    }
    catch (std::exception const&)
    {
      // It is answered; a task that is cancelled ends at its next wait.
    }
    auto const bytes = message(std::move(made), goes_on);
    client.expires_after(idle_time);
    auto const [gone, sent] = co_await http::async_write(client, bytes, no_throw);
    if (gone) co_return;
    ++answered_;
  }
}

}  // namespace shop
