// A client that reads lines, as fast as it likes.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <functional>
#include <memory>

namespace world
{

/// Connects to `server` and reads lines on a thread of its own: calls `on_line` there for each,
/// then pauses before the next. It asks the kernel for a small receive buffer, so that what it does
/// not read waits with the server. It ends when the server closes the connection or with the
/// object. Throws boost::system::system_error.
class line_reader
{
 public:
  line_reader(boost::asio::ip::tcp::endpoint const& server, std::chrono::milliseconds pause,
              std::function<void()> on_line);
  ~line_reader();

  line_reader(line_reader const&) = delete;
  line_reader& operator=(line_reader const&) = delete;

 private:
  class client;
  std::unique_ptr<client> client_;
};

}  // namespace world
