// An HTTP/1.1 server for a few trusted clients on loopback: one thread, bounded in every direction.
//
// Handlers run on the server's own thread, one at a time, so the answer comes even while every other thread is stuck.
#pragma once

#include "message.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace leaklab::http
{

struct server_options
{
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;                         ///< 0: any free one
  std::size_t max_connections = 256;              ///< further ones are answered 503 and closed
  std::size_t max_header_bytes = 16 * 1024;
  std::size_t max_body_bytes = 4 * 1024 * 1024;
  std::chrono::seconds request_deadline{10};      ///< to receive a request whole
  std::chrono::seconds response_deadline{60};     ///< to send an answer
  std::chrono::seconds idle_deadline{60};         ///< between requests of one connection
};

class server
{
 public:
  /// Binds and starts the thread. Throws boost::system::system_error when the address cannot be had.
  server(server_options options, handler handle);
  /// Closes every connection and joins the thread.
  ~server();

  server(server const&) = delete;
  server& operator=(server const&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept;

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace leaklab::http
