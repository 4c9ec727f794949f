// asio::ip::tcp's sockets, acceptor and resolver whose operations show in the task's record.
#pragma once

#include <leaklab/tracked.hpp>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

namespace leaklab
{

/// asio::ip::tcp (v4(), v6(), endpoint, no_delay, …) with another default completion token for its
/// objects, which asio::async_read, async_write and async_connect take over.
struct tcp : boost::asio::ip::tcp
{
  using socket = tracked::as_default_on_t<boost::asio::ip::tcp::socket>;
  using acceptor = tracked::as_default_on_t<boost::asio::ip::tcp::acceptor>;
  using resolver = tracked::as_default_on_t<boost::asio::ip::tcp::resolver>;
};

}  // namespace leaklab
