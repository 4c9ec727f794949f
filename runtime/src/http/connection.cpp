#include "connection.hpp"

#include "exchange.hpp"
#include "ignoring_case.hpp"
#include "own_work.hpp"
#include "target.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/buffers_suffix.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <utility>

namespace leaklab::http
{
namespace
{

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::use_awaitable;
using boost::system::error_code;
using field = beast::http::field;
using parser = beast::http::request_parser<beast::http::string_body>;

/// How long a client whose connection we end may take to notice.
constexpr auto linger_deadline = std::chrono::seconds(1);
/// How often to see whether a client still waits for its answer.
constexpr auto presence_interval = std::chrono::milliseconds(100);

using clock = std::chrono::steady_clock;

}  // namespace

class connection : client_list::member
{
 public:
  connection(client_socket client, service& shared)
      : member(shared.clients),
        stream_(std::move(client)),
        // Room for a header and for what comes with it; also the bound for chunk extensions, which
        // Beast does not limit.
        buffer_(shared.options.max_header_bytes + 64 * 1024),
        shared_(shared),
        options_(shared.options),
        counted_(stream_.socket().native_handle())
  {
  }

  asio::awaitable<void> run()
  {
    std::size_t served = 0;
    for (bool keep_alive = true; keep_alive;)
    {
      is_receiving();
      if (!co_await await_first_byte()) co_return;
      auto made = co_await receive();
      if (!co_await complete(made.answer)) co_return;
      // When others wait, it is their turn.
      made.keep_alive =
          made.keep_alive && ++served < options_.max_requests_per_connection && !shared_.is_crowded;
      keep_alive = made.keep_alive;
      co_await send(std::move(made));
    }
    co_await linger();
  }

 private:
  void cut() noexcept override
  {
    if (std::exchange(is_waiting_, false))
      turn_away(stream_.release_socket());
    else
      stream_.close();
    turn_.cancel();
  }

  void call() noexcept override
  {
    is_waiting_ = false;
    turn_.cancel();
  }

  /// Handlers open files, and may do so with descriptors from the reserve.
  response ask(std::function<response()> const& handle)
  {
    auto const descriptors = shared_.reserve.lend();
    return http::call(
        [&]
        {
          auto answer = handle();
          if (takes_gzip_) pack(answer);
          return answer;
        });
  }

  /// What `make` returns, made on the handlers' thread.
  template <class Make>
  auto aside(Make make) -> asio::awaitable<decltype(make())>
  {
    co_return co_await asio::co_spawn(
        shared_.handlers,
        [&make]() -> asio::awaitable<decltype(make())>
        {
          own_work const busy;
          co_return make();
        },
        use_awaitable);
  }

  /// The answer to a request, after those that came before it.
  asio::awaitable<response> ask_in_turn(request const& asked)
  {
    if (std::exchange(shared_.is_handling, true))
    {
      is_waiting();
      is_waiting_ = true;
      turn_.expires_at(clock::time_point::max());
      error_code called;
      co_await turn_.async_wait(asio::redirect_error(use_awaitable, called));
      if (!stream_.socket().is_open()) throw boost::system::system_error(called);
    }
    is_called();
    response answer;
    std::exception_ptr failure;
    try
    {
      answer = co_await aside([&] { return ask([&] { return shared_.handle(asked); }); });
    }
    catch (...)
    {
      failure = std::current_exception();
    }
    shared_.is_handling = shared_.clients.call_next();
    if (failure) std::rethrow_exception(failure);
    co_return answer;
  }

  /// Whether there is a request to receive: false when the client has closed or was idle for too
  /// long. Empty lines before it are ignored (RFC 9112 section 2.2).
  asio::awaitable<bool> await_first_byte()
  {
    error_code error;
    stream_.expires_after(options_.idle_deadline);
    for (;;)
    {
      std::string_view const read(static_cast<char const*>(buffer_.data().data()), buffer_.size());
      if (read.starts_with("\r\n"))
        buffer_.consume(2);
      else if (!read.empty() && read != "\r")
        co_return true;
      else if (error)
        co_return false;
      else
        buffer_.commit(co_await stream_.async_read_some(
            buffer_.prepare(4096), asio::redirect_error(use_awaitable, error)));
    }
  }

  /// Reads a request and has it answered. A refusal ends the connection, as what follows it may not
  /// be a request.
  asio::awaitable<exchange> receive()
  {
    parser input;
    input.header_limit(static_cast<std::uint32_t>(options_.max_header_bytes));
    input.body_limit(options_.max_body_bytes);
    make_strict(input);
    stream_.expires_after(options_.request_deadline);

    exchange made;
    error_code error;
    co_await read_header(input, error);
    auto const& header = input.get();
    made.head_only = header.method() == beast::http::verb::head;
    if (error)
    {
      made.answer = refuse_unreadable(error);
      co_return made;
    }

    made.version = header.version();
    auto to = parse_target(header.target());
    if (auto refusal = refuse(header, to, options_))
    {
      made.answer = std::move(*refusal);
      co_return made;
    }

    if (!input.is_done() && iequals(header[field::expect], "100-continue"))
      co_await asio::async_write(stream_, asio::buffer("HTTP/1.1 100 Continue\r\n\r\n", 25),
                                 use_awaitable);
    co_await beast::http::async_read(stream_, buffer_, input,
                                     asio::redirect_error(use_awaitable, error));
    if (error)
    {
      made.answer = refuse_unreadable(error);
      co_return made;
    }

    made.keep_alive = made.version >= 11 && header.keep_alive();
    auto const asked = to_request(input.release(), std::move(*to));
    takes_gzip_ = asked.takes_gzip;
    if (shared_.is_quick && shared_.is_quick(asked))
    {
      own_work const busy;
      made.answer = ask([&] { return shared_.handle(asked); });
    }
    else
      made.answer = co_await ask_in_turn(asked);
    co_return made;
  }

  /// Beast applies its header_limit to each piece that arrives; this one is for all pieces of a
  /// header together. It takes a field that goes on in the next line, which others end there.
  asio::awaitable<void> read_header(parser& input, error_code& error)
  {
    for (std::size_t size = 0; !error && !input.is_header_done();)
    {
      std::string_view const read(static_cast<char const*>(buffer_.data().data()), buffer_.size());
      auto const header = read.substr(0, read.find("\r\n\r\n"));
      if (header.find("\r\n ") != header.npos || header.find("\r\n\t") != header.npos)
        error = beast::http::error::bad_value;
      else if (size + header.size() > options_.max_header_bytes)
        error = beast::http::error::header_limit;
      if (error) break;
      auto const used = input.put(buffer_.data(), error);
      buffer_.consume(used);
      size += used;
      if (error != beast::http::error::need_more) continue;
      error = {};
      buffer_.commit(co_await stream_.async_read_some(buffer_.prepare(4096),
                                                      asio::redirect_error(use_awaitable, error)));
      if (error == asio::error::eof) input.put_eof(error);
    }
  }

  /// Waits for an answer that comes later: false when the connection is lost first.
  asio::awaitable<bool> complete(response& answer)
  {
    if (answer.finish && shared_.clients.answering() >= options_.max_delayed)
      answer = response::error(503, "too many requests await their answer");
    asio::steady_timer timer(stream_.get_executor());
    while (answer.finish)
    {
      is_answering();
      auto const due = clock::now() + answer.delay;
      for (short state = 0; clock::now() < due && state == 0; state = client_state())
      {
        timer.expires_at(std::min<clock::time_point>(due, clock::now() + presence_interval));
        co_await timer.async_wait(use_awaitable);
      }
      if (client_state() & (POLLHUP | POLLERR)) co_return false;
      answer = co_await aside([&] { return ask(std::exchange(answer.finish, nullptr)); });
    }
    co_return true;
  }

  /// POLLRDHUP once the client has ended sending; it may have gone as well. POLLHUP or POLLERR once
  /// the connection is lost. A pending read would say so too, but would have to be cancelled.
  short client_state()
  {
    pollfd state{stream_.socket().native_handle(), POLLRDHUP, 0};
    return ::poll(&state, 1, 0) > 0 ? state.revents : short{0};
  }

  asio::awaitable<void> send(exchange made)
  {
    // A client that is cut off must not keep the rest of its answer in the kernel's memory.
    error_code is_closed;
    stream_.socket().set_option(asio::socket_base::linger(true, 0), is_closed);
    end_ = clock::now() + options_.response_deadline;
    std::string const head = text_of(head_of(made));
    std::string_view const body = made.answer.body;
    if (made.head_only || !made.answer.more)
      co_await write(head, made.head_only ? "" : body, {}, 0);
    else
    {
      co_await write(head, {}, {}, made.answer.kept_bytes);
      co_await write_pieces(made.answer, made.version >= 11);
    }
    stream_.socket().set_option(asio::socket_base::linger(false, 0), is_closed);
  }

  asio::awaitable<void> write_pieces(response& answer, bool in_chunks)
  {
    auto const next = [&answer] { return answer.more(); };
    auto piece = std::move(answer.body);
    if (piece.empty()) piece = co_await aside(next);
    while (!piece.empty())
    {
      std::string const size = in_chunks ? fmt::format("{:x}\r\n", piece.size()) : "";
      co_await write(size, piece, in_chunks ? "\r\n" : "", answer.kept_bytes);
      piece = co_await aside(next);
    }
    if (in_chunks) co_await write("0\r\n\r\n", {}, {}, 0);
  }

  /// Sends these one after the other. `kept` is what else is in memory until the client has read.
  asio::awaitable<void> write(std::string_view before, std::string_view piece,
                              std::string_view after, std::size_t kept)
  {
    kept += piece.size();
    end_ += std::chrono::milliseconds(piece.size() * 1000 / options_.min_bytes_per_second);
    beast::buffers_suffix<std::array<asio::const_buffer, 3>> rest(
        {asio::buffer(before), asio::buffer(piece), asio::buffer(after)});
    while (beast::buffer_bytes(rest) > 0)
    {
      is_sending(kept);
      while (shared_.clients.unsent_bytes() > std::max(kept, options_.max_unsent_bytes) &&
             shared_.clients.cut_sender())
      {
      }
      stream_.expires_at(
          std::min<clock::time_point>(end_, clock::now() + options_.response_deadline));
      rest.consume(co_await stream_.async_write_some(rest, use_awaitable));
    }
  }

  /// Closing with input unread would reset the connection, and the client might lose the answer.
  asio::awaitable<void> linger()
  {
    is_receiving();
    error_code error;
    stream_.socket().shutdown(asio::socket_base::shutdown_send, error);
    stream_.expires_after(linger_deadline);
    for (std::array<char, 4096> discarded; !error;)
      co_await stream_.async_read_some(asio::buffer(discarded),
                                       asio::redirect_error(use_awaitable, error));
  }

  beast::basic_stream<asio::generic::stream_protocol, asio::any_io_executor> stream_;
  beast::flat_buffer buffer_;
  service& shared_;
  server_options const& options_;
  own_socket const counted_;
  asio::steady_timer turn_{stream_.get_executor()};
  bool is_waiting_ = false;  // for its turn
  bool takes_gzip_ = false;
  clock::time_point end_;  // of the answer that is being sent
};

asio::awaitable<void> serve(client_socket client, service& shared)
{
  connection served(std::move(client), shared);
  co_await served.run();
}

void turn_away(client_socket client) noexcept
{
  // The send buffer of a new connection is empty: this cannot block, and needs no memory when there
  // is none.
  static constexpr std::string_view answer =
      "HTTP/1.1 503 Service Unavailable\r\n"
      "Content-Type: text/plain; charset=utf-8\r\n"
      "X-Content-Type-Options: nosniff\r\n"
      "X-Go-Pprof: 1\r\n"
      "Cache-Control: no-store\r\n"
      "Connection: close\r\n"
      "Content-Length: 21\r\n"
      "\r\n"
      "too many connections\n";
  error_code ignored;
  client.non_blocking(true, ignored);
  client.send(asio::buffer(answer), 0, ignored);
  client.shutdown(asio::socket_base::shutdown_send, ignored);
  std::array<char, 4096> discarded;  // see connection::linger
  client.receive(asio::buffer(discarded), 0, ignored);
}

}  // namespace leaklab::http
