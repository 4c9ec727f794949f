#include <sys/socket.h>
#include <world/silent_server.hpp>

#include <cerrno>
#include <system_error>

namespace world
{

silent_server::silent_server()
{
  if (listen(port_.native_handle(), SOMAXCONN) != 0)
    throw std::system_error(errno, std::generic_category(), "cannot listen on 127.0.0.1");
}

}  // namespace world
