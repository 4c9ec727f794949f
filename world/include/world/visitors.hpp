// Clients of a server under test: they come, say a line, hear a line and hang up.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <string>

namespace world
{

/// Visits a server, on a thread of its own. At most 100 visits go on at a time; the others queue. A
/// visit that fails is not repeated. The destructor breaks off the visits that are under way.
class visitors
{
 public:
  /// Contacts nobody yet. Throws std::system_error.
  explicit visitors(boost::asio::ip::tcp::endpoint const& server);
  ~visitors();

  visitors(visitors const&) = delete;
  visitors& operator=(visitors const&) = delete;

  /// One visit: connects, sends `line` and a line feed, reads up to a line feed, closes. Returns at
  /// once. Any thread.
  void send(std::string line);

 private:
  class reception;
  std::unique_ptr<reception> reception_;
};

}  // namespace world
