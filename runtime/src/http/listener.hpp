// The socket that the server listens on: TCP on a numeric address, or a Unix domain socket.
#pragma once

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <string>

namespace leaklab::http
{

using client_socket = boost::asio::generic::stream_protocol::socket;
using acceptor = boost::asio::basic_socket_acceptor<boost::asio::generic::stream_protocol>;

/// Whether a numeric address is reached from this machine only; so is ::ffff:127.0.0.1.
[[nodiscard]] bool is_loopback(std::string const& address);

/// The path of "unix:PATH", empty for any other address.
[[nodiscard]] std::string unix_path(std::string const& address);

class listener
{
 public:
  /// Listens on an IPv4 or IPv6 address, or at "unix:PATH", which only the owner of this process
  /// may connect to. Replaces a socket that nobody listens on any more, but no other file. Throws
  /// boost::system::system_error.
  listener(boost::asio::io_context& context, std::string const& address, std::uint16_t port);
  /// Removes the file of a Unix domain socket.
  ~listener();

  listener(listener const&) = delete;
  listener& operator=(listener const&) = delete;

  [[nodiscard]] http::acceptor& acceptor() noexcept { return acceptor_; }
  /// 0 for a Unix domain socket.
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

 private:
  std::string path_;
  http::acceptor acceptor_;
  std::uint16_t port_ = 0;
};

}  // namespace leaklab::http
