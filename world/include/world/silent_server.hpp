// A server that hangs: it accepts connections and never answers.
#pragma once

#include <world/reserved_port.hpp>

namespace world
{

/// Listens on a free port of 127.0.0.1. The kernel accepts connections and takes in what they send,
/// as many as the backlog holds; the server never gets to them, as if its process were stopped. Its
/// ends of the connections take up no descriptors, and are reset when it ends. Throws
/// std::system_error.
class silent_server
{
 public:
  silent_server();

  [[nodiscard]] boost::asio::ip::tcp::endpoint endpoint() const { return port_.endpoint(); }

 private:
  reserved_port port_;
};

}  // namespace world
