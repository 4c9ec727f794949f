// An HTTP server that keeps connections open for the next request, and closes those that stay
// silent.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <memory>

namespace world
{

/// Listens on a free port of 127.0.0.1, on a thread of its own. Answers every request without a
/// body with 204 No Content. Closes a connection over which no request has come for `idle`,
/// and one that the client has closed. Throws boost::system::system_error.
class keep_alive_server
{
 public:
  explicit keep_alive_server(std::chrono::milliseconds idle = std::chrono::milliseconds(500));
  ~keep_alive_server();

  keep_alive_server(keep_alive_server const&) = delete;
  keep_alive_server& operator=(keep_alive_server const&) = delete;

  [[nodiscard]] boost::asio::ip::tcp::endpoint endpoint() const noexcept { return endpoint_; }

 private:
  struct service;
  std::unique_ptr<service> service_;
  boost::asio::ip::tcp::endpoint endpoint_;
};

}  // namespace world
