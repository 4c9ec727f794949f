// A port without a server: what a backend leaves behind when it is down.
#pragma once

#include <boost/asio/ip/tcp.hpp>

namespace world
{

/// Holds a free port of 127.0.0.1 on which nobody listens: each connection to it is refused at
/// once. Throws std::system_error.
class reserved_port
{
 public:
  reserved_port();
  ~reserved_port();

  reserved_port(reserved_port const&) = delete;
  reserved_port& operator=(reserved_port const&) = delete;

  [[nodiscard]] boost::asio::ip::tcp::endpoint endpoint() const;
  [[nodiscard]] int native_handle() const noexcept { return socket_; }

 private:
  int socket_;
};

}  // namespace world
