// What every part of the shop is given, and the names that all of them use.
#pragma once

#include "faults.hpp"
#include "partners.hpp"

#include <leaklab/asio.hpp>
#include <leaklab/scope.hpp>

#include <boost/asio/experimental/channel.hpp>

#include <filesystem>

namespace shop
{

// The one line that lets the runtime see a program that was written for Boost.Asio.
namespace asio = leaklab::asio;

using asio::awaitable;
using asio::use_awaitable;
using asio::ip::tcp;
using boost::system::error_code;

/// The results with their error code ahead of them, in the place of an exception.
inline constexpr auto no_throw = asio::as_tuple(use_awaitable);

template <class... Values>
using channel = asio::experimental::channel<void(error_code, Values...)>;

/// All parts run on one thread. What outlives a request is a task in `tasks`, which the end of the
/// shop cancels and joins before any part goes.
struct environment
{
  asio::any_io_executor executor;
  leaklab::scope& tasks;
  fault_switches const& faults;
  partner_book const& partners;
  std::filesystem::path folder;
};

}  // namespace shop
