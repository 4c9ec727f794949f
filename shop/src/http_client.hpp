// One request to a partner, over a connection that the caller has opened and goes on to own.
#pragma once

#include "environment.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace shop
{

/// The body of the answer. Throws boost::system::system_error when there is none, and
/// errc::protocol_error when its status is not 2xx.
[[nodiscard]] awaitable<std::string> exchange(tcp::socket& connection, std::string_view method,
                                              std::string_view target, std::string body = {});

/// What `work` returns. Throws boost::system::system_error with asio::error::timed_out, after it
/// has cancelled and joined the work, when that takes longer.
[[nodiscard]] awaitable<void> within(std::chrono::milliseconds time, awaitable<void> work);

}  // namespace shop
