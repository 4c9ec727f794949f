// One client of the server, from its first byte to its last.
#pragma once

#include "message.hpp"
#include "server.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace leaklab::http
{

/// Answers the requests of one client, in order, until either side ends the connection. Throws when it cannot
/// go on: the client went away, or missed a deadline. `options` and `handle` must outlive the coroutine.
boost::asio::awaitable<void> serve(boost::asio::ip::tcp::socket client, server_options const& options,
                                   handler const& handle);

/// Answers 503 to a client that there is no room for, without waiting for anything, and closes.
void turn_away(boost::asio::ip::tcp::socket client) noexcept;

}  // namespace leaklab::http
