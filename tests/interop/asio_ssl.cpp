// Asio's TLS part, compiled as a program does that compiles Asio itself.
#include <boost/asio/ssl/impl/src.hpp>
