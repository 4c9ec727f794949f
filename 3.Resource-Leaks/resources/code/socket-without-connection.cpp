// A connection that has ended, and a descriptor that has not: shutdown() is not close().
#include <boost/asio.hpp>
#include <fmt/format.h>
#include <world/keep_alive_server.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

using boost::asio::ip::tcp;

namespace
{

long sockets_of(std::vector<tcp::socket> const& connections)
{
  return std::count_if(
      connections.begin(), connections.end(),
      [](tcp::socket const& one)
      {
        auto const path =
            fmt::format("/proc/self/fd/{}", const_cast<tcp::socket&>(one).native_handle());
        return one.is_open() && std::filesystem::read_symlink(path).string().starts_with("socket:");
      });
}

/// The states of all TCP connections to this port, and how many of them belong to a descriptor. An
/// inode of 0 says that the kernel alone remembers the connection.
std::string states(unsigned short port)
{
  std::map<std::string, std::string> const names = {{"01", "ESTAB"},      {"04", "FIN-WAIT-1"},
                                                    {"05", "FIN-WAIT-2"}, {"06", "TIME-WAIT"},
                                                    {"07", "CLOSED"},     {"08", "CLOSE-WAIT"}};
  std::map<std::string, int> counts;
  std::ifstream table("/proc/self/net/tcp");
  std::string number, local, remote, state, queues, timer, retries, user, timeouts, line;
  long inode = 0;
  int owned = 0;
  for (std::getline(table, line); table >> number >> local >> remote >> state >> queues >> timer >>
                                  retries >> user >> timeouts >> inode;
       std::getline(table, line))
    if (remote.ends_with(fmt::format(":{:04X}", port)) && names.contains(state))
    {
      ++counts[names.at(state)];
      owned += inode != 0;
    }
  std::string text;
  for (auto const& [name, count] : counts)
    text += fmt::format("{} {}, ", count, name);
  return fmt::format("{}with a descriptor {}", text, owned);
}

void show(char const* when, std::vector<tcp::socket> const& connections, unsigned short port)
{
  fmt::print("{:<16} socket descriptors {:>2}; connections: {}\n", when, sockets_of(connections),
             states(port));
}

}  // namespace

int main()
{
  world::keep_alive_server const server;
  auto const port = server.endpoint().port();
  boost::asio::io_context context;
  std::vector<tcp::socket> connections;
  for (int i = 0; i != 10; ++i)
    connections.emplace_back(context).connect(server.endpoint());
  show("connected", connections, port);

  std::string end;
  for (auto& one : connections)
  {
    boost::system::error_code closed_by_server;
    one.shutdown(tcp::socket::shutdown_both);
    boost::asio::read(one, boost::asio::dynamic_buffer(end), closed_by_server);
  }
  boost::asio::steady_timer(context, std::chrono::milliseconds(300)).wait();
  show("after shutdown()", connections, port);

  for (auto& one : connections)
    one.close();
  show("after close()", connections, port);
}
