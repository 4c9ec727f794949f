// An HTTP/1.1 server for a few trusted clients on loopback: two threads, bounded in every direction.
// Clients that hold places, memory or descriptors and get nowhere make room for those that come
// later.
//
// One thread is for the sockets, and for the requests that are answered at once: these never wait
// for others. All other handlers run on the second, one at a time, in the order in which they were
// asked for. So the answer comes even while every thread of the program is stuck. A handler that
// throws is answered with 500 and the exception's text, or with 503 when it is std::bad_alloc.
//
// The server itself answers what never reaches a handler: methods other than GET, HEAD and POST
// (405), a foreign Host or Origin (403, policy.hpp), a missing token (401), malformed requests
// (400) and those beyond the limits below. It adds the headers that every answer has and leaves the
// body out for HEAD.
//
// It keeps descriptors in reserve, so that it accepts clients and handlers can open files when the
// program has used up all others.
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
  /// An IPv4 or IPv6 address, not a name; or "unix:PATH" (listener.hpp).
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  ///< 0: any free one
  /// What Host may name beside loopback and `address`, without port. "*" is any; a Unix domain
  /// socket takes any.
  std::vector<std::string> allowed_hosts{};
  /// Whether Host may also be any IP address; always so where others can reach `address`.
  bool allow_numeric_hosts = false;
  std::string token{};  ///< that requests must carry (authorization.hpp); empty: none

  /// Beyond it the client that has been sending its request longest is cut, then the one that has
  /// not taken its answer for longest; then the one that came last to those who wait for their turn
  /// is answered 503. When all await an answer that is being made, a new one is.
  std::size_t max_connections = 256;
  std::size_t max_delayed = 64;  ///< answers that come later (response::later); 503 beyond
  std::size_t max_requests_per_connection = 10'000;  ///< then the connection is closed
  std::size_t max_target_bytes = 8 * 1024;           ///< 414 beyond
  std::size_t max_header_bytes = 16 * 1024;          ///< 431 beyond
  std::size_t max_body_bytes = 1024 * 1024;          ///< 413 beyond
  /// Of answers, or of what they are made from, piece by piece (response::more); beyond it the client
  /// that has not taken its answer for longest is cut, though never the last.
  std::size_t max_unsent_bytes = 256 * 1024 * 1024;

  // A client that misses one of these is cut off.

  /// To send a request whole.
  std::chrono::milliseconds request_deadline = std::chrono::seconds(10);
  /// To take the next piece of an answer; also to take the whole of it, to which
  /// `min_bytes_per_second` adds.
  std::chrono::milliseconds response_deadline = std::chrono::seconds(60);
  std::size_t min_bytes_per_second = 64 * 1024;
  /// Before and between requests.
  std::chrono::milliseconds idle_deadline = std::chrono::seconds(60);
};

class server
{
 public:
  /// Binds and starts the threads (own_thread.hpp). `is_quick` says which requests are answered at
  /// once, on the thread of the sockets, as their handler takes next to no time; none when empty.
  /// Throws boost::system::system_error when the address cannot be had.
  server(server_options options, handler handle, selector is_quick = {});
  /// Closes every connection and joins the threads. Waits for nothing but handlers that are running.
  /// Not in a child that fork() made: the threads are lost there.
  ~server();

  server(server const&) = delete;
  server& operator=(server const&) = delete;

  /// 0 for a Unix domain socket.
  [[nodiscard]] std::uint16_t port() const noexcept;

 private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace leaklab::http
