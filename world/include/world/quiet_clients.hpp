// Clients that ask once and then stay connected.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace world
{

/// Clients of a server on 127.0.0.1, in a process of their own, so that their ends of the
/// connections take up no descriptors here. Each sends one line, then says nothing and keeps its
/// connection until the server closes it. They end with the object, and with this process. Throws
/// std::system_error.
class quiet_clients
{
 public:
  explicit quiet_clients(std::uint16_t port);
  ~quiet_clients();

  quiet_clients(quiet_clients const&) = delete;
  quiet_clients& operator=(quiet_clients const&) = delete;

  /// Has one more client connect. Does not wait for it.
  void connect();

 private:
  int orders_;  // a pipe: one byte for each client to come; when it is closed they end
  pid_t process_;
};

}  // namespace world
