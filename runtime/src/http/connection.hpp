// One client of the server, from its first byte to its last.
#pragma once

#include "client_list.hpp"
#include "descriptor_reserve.hpp"
#include "listener.hpp"
#include "message.hpp"
#include "server.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace leaklab::http
{

/// What the connections of a server share. For the thread of the sockets; the reserve for any.
struct service
{
  server_options options;
  handler handle;
  selector is_quick;
  boost::asio::any_io_executor handlers;  ///< where the handlers run that are not quick
  bool is_handling = false;               ///< one of these is at work, or has been called to
  client_list clients{};
  descriptor_reserve reserve{};
  bool is_crowded = false;  ///< clients wait until there is room for them
};

/// Answers the requests of one client, in order, until either side ends the connection. Throws when
/// it cannot go on: the client went away, missed a deadline, or was cut. `shared` must outlive the
/// coroutine.
boost::asio::awaitable<void> serve(client_socket client, service& shared);

/// Answers 503 to a client that there is no room for, without waiting for anything, and closes.
void turn_away(client_socket client) noexcept;

}  // namespace leaklab::http
