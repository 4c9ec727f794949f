#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <world/quiet_clients.hpp>

#include <array>
#include <cerrno>
#include <system_error>

namespace world
{
namespace
{

// The process is forked from one with threads and does not call exec: system calls are all that it
// may use.

constexpr nfds_t most_clients = 1023;  // and the pipe: what a process may have open by default

int connect_quiet_client(std::uint16_t port)
{
  auto const client = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in server{};
  server.sin_family = AF_INET;
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  server.sin_port = htons(port);
  if (client < 0) return client;
  if (connect(client, reinterpret_cast<sockaddr*>(&server), sizeof server) == 0 &&
      send(client, "hello\n", 6, MSG_NOSIGNAL) == 6)
    return client;
  close(client);
  return -1;
}

bool is_closed(pollfd const& client)
{
  std::array<char, 64> received;
  return client.revents != 0 &&
         recv(client.fd, received.data(), received.size(), MSG_DONTWAIT) <= 0;
}

[[noreturn]] void run_clients(int orders, std::uint16_t port)
{
  prctl(PR_SET_NAME, "quiet-clients");
  dup2(orders, 0);
  close_range(1, ~0U, 0);
  std::array<pollfd, 1 + most_clients> open{};
  open[0] = {0, POLLIN, 0};
  for (nfds_t count = 1;;)
  {
    if (poll(open.data(), count, -1) < 0) continue;
    for (auto i = count - 1; i != 0; --i)
      if (is_closed(open[i]))
      {
        close(open[i].fd);
        open[i] = open[--count];
      }
    std::array<char, 64> clients;
    auto const arrived = open[0].revents != 0 ? read(0, clients.data(), clients.size()) : 0;
    if (open[0].revents != 0 && arrived <= 0) _exit(0);
    for (auto i = arrived; i != 0 && count != open.size(); --i)
      if (auto const client = connect_quiet_client(port); client >= 0)
        open[count++] = {client, POLLIN, 0};
  }
}

}  // namespace

quiet_clients::quiet_clients(std::uint16_t port)
{
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0)
    throw std::system_error(errno, std::generic_category(), "pipe");
  process_ = fork();
  if (process_ == 0) run_clients(ends[0], port);
  auto const error = errno;
  close(ends[0]);
  orders_ = ends[1];
  if (process_ > 0) return;
  close(orders_);
  throw std::system_error(error, std::generic_category(), "fork");
}

quiet_clients::~quiet_clients()
{
  close(orders_);
  waitpid(process_, nullptr, 0);
}

void quiet_clients::connect()
{
  // When more are to come than a pipe holds, this one stays away.
  [[maybe_unused]] auto const written = write(orders_, "+", 1);
}

}  // namespace world
