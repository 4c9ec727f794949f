#include <sys/socket.h>
#include <unistd.h>
#include <world/reserved_port.hpp>

#include <cerrno>
#include <system_error>

namespace world
{

using boost::asio::ip::tcp;

reserved_port::reserved_port() : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
{
  tcp::endpoint const any_port(boost::asio::ip::address_v4::loopback(), 0);
  if (bind(socket_, any_port.data(), static_cast<socklen_t>(any_port.size())) == 0) return;
  auto const error = errno;
  close(socket_);
  throw std::system_error(error, std::generic_category(), "cannot bind to 127.0.0.1");
}

reserved_port::~reserved_port()
{
  close(socket_);
}

tcp::endpoint reserved_port::endpoint() const
{
  tcp::endpoint result;
  auto size = static_cast<socklen_t>(result.capacity());
  if (getsockname(socket_, result.data(), &size) != 0)
    throw std::system_error(errno, std::generic_category(), "getsockname");
  result.resize(size);
  return result;
}

}  // namespace world
