// A server that takes a while over each request.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <memory>

namespace world
{

/// Listens on a free port of 127.0.0.1, on a thread of its own. It answers every line with the line
/// "done" after `service_time`, and works through the lines of a connection one at a time: n
/// connections get at most n answers in each `service_time`, however much they ask. The destructor
/// resets all connections. Throws boost::system::system_error.
class backend
{
 public:
  explicit backend(std::chrono::milliseconds service_time);
  ~backend();

  backend(backend const&) = delete;
  backend& operator=(backend const&) = delete;

  [[nodiscard]] boost::asio::ip::tcp::endpoint endpoint() const;

 private:
  class server;
  std::unique_ptr<server> server_;
};

}  // namespace world
