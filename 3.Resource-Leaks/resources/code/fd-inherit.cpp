// What does a child process get? The kernel copies the table at fork, and at exec closes the
// numbers that are marked so.
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>

using boost::asio::ip::tcp;

namespace
{

bool is_marked(int descriptor)
{
  return (::fcntl(descriptor, F_GETFD) & FD_CLOEXEC) != 0;
}

/// Runs another program, which looks whether the number is open there.
bool is_open_after_exec(int descriptor)
{
  auto const look = fmt::format("test -e /proc/self/fd/{}", descriptor);
  pid_t const child = ::fork();
  if (child == 0)
  {
    ::execl("/bin/sh", "sh", "-c", look.c_str(), nullptr);
    ::_exit(2);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

std::string read(tcp::socket& socket)
{
  char byte = 0;
  boost::system::error_code error;
  socket.read_some(boost::asio::buffer(&byte, 1), error);
  return error == boost::asio::error::would_block ? "no end yet" : error.message();
}

void show(char const* what, int descriptor)
{
  fmt::print("{:<40} marked {:>5}, open in the child {:>5}\n", what, is_marked(descriptor),
             is_open_after_exec(descriptor));
}

}  // namespace

int main()
{
  show("open(…, O_RDONLY)", ::open("/dev/null", O_RDONLY));
  show("open(…, O_RDONLY | O_CLOEXEC)", ::open("/dev/null", O_RDONLY | O_CLOEXEC));
  int const marked = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  show("dup() of one that is marked", ::dup(marked));

  boost::asio::io_context context;
  tcp::acceptor acceptor(context, {boost::asio::ip::address_v4::loopback(), 0});
  tcp::socket client(context);
  client.connect(acceptor.local_endpoint());
  tcp::socket server = acceptor.accept();
  show("Asio's acceptor", acceptor.native_handle());
  show("Asio's socket, connected", client.native_handle());
  show("Asio's socket, accepted", server.native_handle());
  ::fcntl(acceptor.native_handle(), F_SETFD, FD_CLOEXEC);
  show("Asio's acceptor, after F_SETFD", acceptor.native_handle());

  pid_t const helper = ::fork();
  if (helper == 0)
  {
    ::execl("/bin/sleep", "sleep", "60", nullptr);
    ::_exit(2);
  }
  server.close();
  client.non_blocking(true);
  fmt::print("the server closes; the client reads: {}\n", read(client));
  ::kill(helper, SIGKILL);
  ::waitpid(helper, nullptr, 0);
  client.non_blocking(false);
  fmt::print("the helper is gone; the client reads: {}\n", read(client));
}
