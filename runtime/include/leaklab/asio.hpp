// Namespace boost::asio with a co_spawn and completion tokens that the runtime sees. The port of a
// program is one line:
//
//     #include <leaklab/asio.hpp>
//
//     namespace asio = leaklab::asio;  // was boost::asio
//
// All other names are Boost's own, so everything that takes or returns an object of Boost.Asio goes on
// working with it: Beast's streams, asio::ssl, libraries. What is seen: the coroutines that this
// co_spawn starts, and in them each operation that is given use_awaitable, deferred, or an adapter of
// these (as_tuple, redirect_error, as_single, bind_cancellation_slot, …). Operations that are given a
// callback are as ever.
#pragma once

#include <leaklab/co_spawn.hpp>
#include <leaklab/completion_tokens.hpp>

#include <boost/asio.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

// Declared, so that they can be named: a later Boost has the first, and ssl is for the program to
// include.
namespace boost::asio::buffer_literals
{
}
namespace boost::asio::ssl
{
}

namespace leaklab::asio
{

#include <leaklab/detail/asio_names.hpp>

#if defined(BOOST_ASIO_HAS_FILE)
using boost::asio::basic_file, boost::asio::basic_random_access_file,
    boost::asio::basic_stream_file, boost::asio::file_base, boost::asio::random_access_file,
    boost::asio::stream_file;
#endif

namespace buffer_literals = boost::asio::buffer_literals;
namespace error = boost::asio::error;
namespace execution = boost::asio::execution;
namespace experimental = boost::asio::experimental;
namespace generic = boost::asio::generic;
namespace ip = boost::asio::ip;
namespace local = boost::asio::local;
namespace placeholders = boost::asio::placeholders;
namespace posix = boost::asio::posix;
namespace ssl = boost::asio::ssl;
namespace this_coro = boost::asio::this_coro;
namespace traits = boost::asio::traits;

}  // namespace leaklab::asio
