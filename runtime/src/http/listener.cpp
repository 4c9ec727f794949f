#include "listener.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

namespace leaklab::http
{
namespace
{

namespace asio = boost::asio;
using asio::generic::stream_protocol;

stream_protocol::endpoint endpoint_of(std::string const& address, std::uint16_t port)
{
  if (auto const path = unix_path(address); !path.empty())
    return asio::local::stream_protocol::endpoint(path);
  return asio::ip::tcp::endpoint(asio::ip::make_address(address), port);
}

/// What a process that was killed has left behind would be in the way for ever. One that lives and
/// is stuck has clients waiting, and would keep another caller waiting too.
void remove_abandoned(std::string const& path)
{
  struct stat found
  {
  };
  if (::lstat(path.c_str(), &found) != 0 || !S_ISSOCK(found.st_mode)) return;
  asio::io_context context;
  asio::local::stream_protocol::socket caller(context, asio::local::stream_protocol());
  caller.native_non_blocking(true);
  asio::local::stream_protocol::endpoint const at(path);
  if (::connect(caller.native_handle(), at.data(), static_cast<socklen_t>(at.size())) != 0 &&
      errno == ECONNREFUSED)
    ::unlink(path.c_str());
}

std::uint16_t port_of(stream_protocol::endpoint const& bound)
{
  sockaddr const* const address = bound.data();
  if (address->sa_family == AF_INET)
    return ntohs(reinterpret_cast<sockaddr_in const*>(address)->sin_port);
  if (address->sa_family == AF_INET6)
    return ntohs(reinterpret_cast<sockaddr_in6 const*>(address)->sin6_port);
  return 0;
}

}  // namespace

bool is_loopback(std::string const& address)
{
  auto const parsed = asio::ip::make_address(address);
  if (parsed.is_v6() && parsed.to_v6().is_v4_mapped())
    return asio::ip::make_address_v4(asio::ip::v4_mapped, parsed.to_v6()).is_loopback();
  return parsed.is_loopback();
}

std::string unix_path(std::string const& address)
{
  constexpr std::string_view scheme = "unix:";
  return address.starts_with(scheme) ? address.substr(scheme.size()) : "";
}

listener::listener(asio::io_context& context, std::string const& address, std::uint16_t port)
    : path_(unix_path(address)), acceptor_(context)
{
  auto const at = endpoint_of(address, port);
  acceptor_.open(at.protocol());
  // Programs that the service starts must not inherit the endpoint.
  ::fcntl(acceptor_.native_handle(), F_SETFD, FD_CLOEXEC);
  if (path_.empty())
    acceptor_.set_option(asio::socket_base::reuse_address(true));
  else
  {
    remove_abandoned(path_);
    // The file that bind() makes takes over the mode.
    ::fchmod(acceptor_.native_handle(), S_IRUSR | S_IWUSR);
  }
  acceptor_.bind(at);
  acceptor_.listen();
  acceptor_.non_blocking(true);
  port_ = port_of(acceptor_.local_endpoint());
}

listener::~listener()
{
  if (!path_.empty()) ::unlink(path_.c_str());
}

}  // namespace leaklab::http
