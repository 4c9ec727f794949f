// A client that knows nothing but bytes, for tests that must see what really comes over the wire.
#pragma once

#include "http/server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace leaklab::test
{

struct reply
{
  std::string status_line;
  std::multimap<std::string, std::string> headers;
  std::string body;

  [[nodiscard]] int status() const { return std::stoi(status_line.substr(status_line.find(' '))); }
  [[nodiscard]] std::string header(std::string const& name) const
  {
    auto const found = headers.find(name);
    return found == headers.end() ? "(absent)" : found->second;
  }
};

/// Each wait ends after a minute, so that a fault does not hang the tests.
class client
{
 public:
  explicit client(int family = AF_INET) : fd_(::socket(family, SOCK_STREAM, 0))
  {
    timeval const patience{60, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  }
  explicit client(leaklab::http::server const& peer) : client() { connect(peer); }
  ~client() { ::close(fd_); }

  client(client const&) = delete;
  client& operator=(client const&) = delete;

  void connect(leaklab::http::server const& peer)
  {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(peer.port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connect(address);
  }

  void connect_v6(leaklab::http::server const& peer)
  {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(peer.port());
    address.sin6_addr = in6addr_loopback;
    connect(address);
  }

  void connect_unix(std::string const& path) { connect(unix_address(path)); }

  /// Binds and does not listen.
  void bind_unix(std::string const& path)
  {
    auto const address = unix_address(path);
    if (::bind(fd_, reinterpret_cast<sockaddr const*>(&address), sizeof address) != 0)
      throw std::runtime_error("bind");
  }

  void listen(int backlog) { ::listen(fd_, backlog); }

  /// With the descriptor that it has.
  void reconnect(leaklab::http::server const& peer)
  {
    sockaddr const none{AF_UNSPEC, {}};
    ::connect(fd_, &none, sizeof none);
    received_.clear();
    connect(peer);
  }

  void send(std::string_view text)
  {
    while (!text.empty())
    {
      auto const sent = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;  // the server has closed: what it said is still there to read
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  void end_sending() { ::shutdown(fd_, SHUT_WR); }

  /// Leaves as one does whose machine went down: the peer gets a reset.
  void vanish()
  {
    linger const at_once{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(std::exchange(fd_, -1));
  }

  /// Until the server closes; throws if it does not.
  std::string receive_all()
  {
    while (receive_some())
    {
    }
    return std::exchange(received_, {});
  }

  std::string receive_until(std::string_view end)
  {
    for (std::size_t seen = 0;;)
    {
      if (auto const at = received_.find(end, seen); at != received_.npos)
        return take(at + end.size());
      seen = received_.size() - std::min(received_.size(), end.size());
      if (!receive_some()) throw std::runtime_error("closed after: " + received_.substr(0, 200));
    }
  }

  reply receive(bool with_body = true)
  {
    reply answer;
    answer.status_line = receive_line();
    for (auto line = receive_line(); !line.empty(); line = receive_line())
      answer.headers.emplace(line.substr(0, line.find(": ")), line.substr(line.find(": ") + 2));
    if (!with_body) return answer;
    if (answer.header("Transfer-Encoding") != "chunked")
      answer.body = receive_bytes(std::stoul(answer.header("Content-Length")));
    else
      for (std::size_t size = 1; size != 0; receive_line())
      {
        size = std::stoul(receive_line(), nullptr, 16);
        answer.body += receive_bytes(size);
      }
    return answer;
  }

  reply ask(std::string_view text)
  {
    send(text);
    return receive(!text.starts_with("HEAD"));
  }

  /// Until the server has closed or reset the connection; what it sent before stays unread.
  void await_closing()
  {
    pollfd state{fd_, POLLRDHUP, 0};
    if (::poll(&state, 1, 60'000) != 1) throw std::runtime_error("still open");
  }

 private:
  static sockaddr_un unix_address(std::string const& path)
  {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::copy_n(path.begin(), std::min(path.size(), sizeof address.sun_path - 1), address.sun_path);
    return address;
  }

  template <typename Address>
  void connect(Address const& address)
  {
    if (::connect(fd_, reinterpret_cast<sockaddr const*>(&address), sizeof address) != 0)
      throw std::runtime_error("connect");
  }

  bool receive_some()
  {
    char piece[64 * 1024];
    auto const size = ::recv(fd_, piece, sizeof piece, 0);
    if (size < 0 && errno != ECONNRESET)
      throw std::runtime_error("still open after: " + received_.substr(0, 200));
    if (size <= 0) return false;
    received_.append(piece, static_cast<std::size_t>(size));
    return true;
  }

  std::string receive_bytes(std::size_t size)
  {
    while (received_.size() < size)
      if (!receive_some()) throw std::runtime_error("body cut short");
    return take(size);
  }

  std::string receive_line()
  {
    auto line = receive_until("\r\n");
    line.resize(line.size() - 2);
    return line;
  }

  std::string take(std::size_t size)
  {
    auto taken = received_.substr(0, size);
    received_.erase(0, size);
    return taken;
  }

  int fd_;
  std::string received_;
};

}  // namespace leaklab::test
