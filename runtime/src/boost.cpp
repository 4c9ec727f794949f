// The one translation unit that compiles Asio and Boost.JSON themselves.
#include <boost/asio/impl/src.hpp>
#include <boost/json/src.hpp>
