// An HTTP/1.1 server for a few trusted clients on loopback: one thread, bounded in every direction.
//
// Handlers run on the server's own thread, one at a time, so the answer comes even while every other thread
// is stuck. A handler that throws is answered with 500 and the exception's text, or with 503 when it is
// std::bad_alloc.
//
// The server itself answers what never reaches a handler: methods other than GET, HEAD and POST (405), a
// foreign Host or Origin (403, policy.hpp), malformed requests (400) and those beyond the limits below. It
// adds the headers that every answer has and leaves the body out for HEAD.
#pragma once

#include "message.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace leaklab::http
{

struct server_options
{
  std::string address = "127.0.0.1";         ///< an IPv4 or IPv6 address, not a name
  std::uint16_t port = 0;                    ///< 0: any free one
  std::vector<std::string> allowed_hosts;    ///< that Host may name beside loopback and `address`, without
                                             ///< port; empty and `address` not loopback: any host
  std::size_t max_connections = 256;         ///< further ones are answered 503 and closed
  std::size_t max_header_bytes = 16 * 1024;  ///< 431 beyond
  std::size_t max_body_bytes = 4 * 1024 * 1024;  ///< 413 beyond

  /// A client that misses one of these is cut off.
  std::chrono::milliseconds request_deadline = std::chrono::seconds(10);  ///< to send a request whole
  std::chrono::milliseconds response_deadline =
      std::chrono::seconds(60);  ///< to take the next piece of an answer
  std::chrono::milliseconds idle_deadline = std::chrono::seconds(60);  ///< before and between requests
};

class server
{
 public:
  /// Binds and starts the thread, which blocks every signal but those that faults raise. Throws
  /// boost::system::system_error when the address cannot be had.
  server(server_options options, handler handle);
  /// Closes every connection and joins the thread. Waits for nothing but a handler that is running.
  ~server();

  server(server const&) = delete;
  server& operator=(server const&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept;

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace leaklab::http
