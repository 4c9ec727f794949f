// Included ahead of every source of the runtime.
//
// Each error category of Asio and Beast is a static object inside a function, and error codes compare
// the addresses. Where the program compiles Asio itself, its functions and their objects replace
// those that the runtime's sources define, unless the compiler has inlined a function here: then two
// categories would be at work. So these are never inlined.
#pragma once
#pragma GCC system_header  // no warning of inline functions that are not to be inlined

#include <boost/asio/detail/config.hpp>
#include <boost/beast/core/detail/config.hpp>

namespace boost::system
{
class error_category;
class error_code;
class error_condition;
}  // namespace boost::system

namespace boost::asio::error
{
[[gnu::noinline]] BOOST_ASIO_DECL system::error_category const& get_netdb_category();
[[gnu::noinline]] BOOST_ASIO_DECL system::error_category const& get_addrinfo_category();
[[gnu::noinline]] BOOST_ASIO_DECL system::error_category const& get_misc_category();
}  // namespace boost::asio::error

namespace boost::asio::experimental::error
{
[[gnu::noinline]] BOOST_ASIO_DECL system::error_category const& get_channel_category();
}

namespace boost::beast
{
enum class error;
enum class condition;
[[gnu::noinline]] BOOST_BEAST_DECL system::error_code make_error_code(error);
[[gnu::noinline]] BOOST_BEAST_DECL system::error_condition make_error_condition(condition);
}  // namespace boost::beast

namespace boost::beast::http
{
enum class error;
[[gnu::noinline]] BOOST_BEAST_DECL system::error_code make_error_code(error);
}  // namespace boost::beast::http
