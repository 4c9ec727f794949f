// The HTTP server: a task for each connection, which asks one handler for each request.
#pragma once

#include "environment.hpp"
#include "http.hpp"

#include <leaklab/gauge.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>

namespace shop
{

/// Whom the requests are handed to.
class request_handler
{
 public:
  virtual ~request_handler() = default;

  /// An exception is answered with status 500.
  virtual awaitable<response> answer(request asked) = 0;

  /// What talks with the client for as long as that stays, after the head of an answer has been
  /// sent; nothing for any other request.
  virtual std::optional<awaitable<void>> stream(request const& asked, tcp::socket& client) = 0;
};

class http_server
{
 public:
  /// Listens. Throws boost::system::system_error.
  http_server(environment const& around, tcp::endpoint const& at, request_handler& handler);

  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  [[nodiscard]] std::uint64_t answered() const noexcept { return answered_; }

  /// Takes no more clients.
  void close() { acceptor_.close(); }

 private:
  awaitable<void> accept();
  awaitable<void> serve(tcp::socket accepted);

  environment const& around_;
  request_handler& handler_;
  tcp::acceptor acceptor_;
  std::size_t connections_ = 0;
  std::uint64_t answered_ = 0;
  leaklab::sampled_gauge open_;
};

}  // namespace shop
