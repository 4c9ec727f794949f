// Asio and its TLS compiled by the program itself.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/ssl/impl/src.hpp>

#include <cstdio>

namespace asio = boost::asio;

namespace
{

bool made_stream()
{
  asio::io_context context;
  asio::ssl::context settings(asio::ssl::context::tls_client);
  asio::ssl::stream<asio::ip::tcp::socket> stream(context, settings);
  return stream.native_handle() != nullptr;
}

int const printed = std::printf("own ssl: %s\n", made_stream() ? "made" : "not made");

}  // namespace
