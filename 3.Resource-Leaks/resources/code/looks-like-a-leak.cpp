// Three curves that rise: a pool that fills to its size, descriptors that follow the load, and
// connections that the kernel remembers without a descriptor.
#include <boost/asio.hpp>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <world/keep_alive_server.hpp>

#include <deque>
#include <fstream>
#include <string>

using boost::asio::ip::tcp;

namespace
{

/// Descriptors of connections to this port. The server's own ends are not among them.
int open_descriptors(unsigned short port)
{
  int count = 0;
  for (int number = 0; number != 1024; ++number)
  {
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    count += ::getpeername(number, reinterpret_cast<sockaddr*>(&peer), &size) == 0 &&
             peer.sin_family == AF_INET && ntohs(peer.sin_port) == port;
  }
  return count;
}

int time_wait(unsigned short port)
{
  std::ifstream table("/proc/self/net/tcp");
  std::string number, local, remote, state, line;
  int count = 0;
  for (std::getline(table, line); table >> number >> local >> remote >> state;
       std::getline(table, line))
    count += remote.ends_with(fmt::format(":{:04X}", port)) && state == "06";
  return count;
}

/// Keeps up to eight idle connections; opens one when none is idle, closes what is too much.
class pool
{
 public:
  explicit pool(tcp::endpoint const& server) : server_(server) {}

  tcp::socket take(boost::asio::io_context& context)
  {
    if (idle_.empty())
    {
      tcp::socket fresh(context);
      fresh.connect(server_);
      return fresh;
    }
    tcp::socket used = std::move(idle_.front());
    idle_.pop_front();
    return used;
  }

  void give_back(tcp::socket used)
  {
    if (idle_.size() < 8) idle_.push_back(std::move(used));
  }

 private:
  tcp::endpoint server_;
  std::deque<tcp::socket> idle_;
};

}  // namespace

int main()
{
  world::keep_alive_server const server(std::chrono::hours(1));
  auto const port = server.endpoint().port();
  boost::asio::io_context context;
  pool connections(server.endpoint());
  fmt::print("requests at once  while they run  after them  TIME-WAIT\n");
  for (int const at_once : {2, 4, 8, 16, 24, 16, 8, 2})
  {
    std::deque<tcp::socket> running;
    for (int i = 0; i != at_once; ++i)
      running.push_back(connections.take(context));
    int const during = open_descriptors(port);
    for (; !running.empty(); running.pop_front())
      connections.give_back(std::move(running.front()));
    boost::asio::steady_timer(context, std::chrono::milliseconds(200)).wait();
    fmt::print("{:>16}  {:>14}  {:>10}  {:>9}\n", at_once, during, open_descriptors(port),
               time_wait(port));
  }
}
