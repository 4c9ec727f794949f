// What the coroutines of these tests wait for.
#pragma once

#include <leaklab/asio.hpp>
#include <leaklab/channel.hpp>
#include <leaklab/task.hpp>

#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/experimental/concurrent_channel.hpp>
#include <stdlib.h>
#include <unistd.h>

#include <string>

namespace
{

namespace asio = leaklab::asio;
using namespace asio::experimental::awaitable_operators;
using namespace std::chrono_literals;
using asio::as_tuple;
using asio::awaitable;
using asio::deferred;
using asio::use_awaitable;
using asio::ip::tcp;
using asio::ip::udp;
using boost::system::error_code;

using typed_executor = asio::io_context::executor_type;
using typed_timer =
    asio::basic_waitable_timer<std::chrono::steady_clock,
                               asio::wait_traits<std::chrono::steady_clock>, typed_executor>;
using number_channel = asio::experimental::channel<void(error_code, int)>;

// Everything here is connected to something that never answers.
struct world
{
  world()
  {
    socket.connect(peer.local_endpoint());
    accepted = peer.accept();
    asio::local::connect_pair(local, other_local);
    int const terminal = ::posix_openpt(O_RDWR | O_NOCTTY);  // not to be had in every container
    if (terminal >= 0 && ::grantpt(terminal) == 0 && ::unlockpt(terminal) == 0)
    {
      serial.open(::ptsname(terminal));
      serial_master.assign(terminal);
    }
    int ends[2];
    if (::pipe(ends) != 0) std::abort();
    pipe_reader.assign(ends[0]);
    pipe_writer.assign(ends[1]);
  }

  asio::io_context context;
  asio::steady_timer timer{context, 1h};
  asio::steady_timer other_timer{context, 1h};
  asio::system_timer system_timer{context, 1h};
  tcp::acceptor peer{context, {asio::ip::address_v4::loopback(), 0}};
  tcp::acceptor acceptor{context, {asio::ip::address_v4::loopback(), 0}};
  tcp::socket socket{context};
  tcp::socket accepted{context};
  tcp::socket unconnected{context};
  tcp::resolver resolver{context};
  udp::socket datagrams{context, {asio::ip::address_v4::loopback(), 0}};
  udp::endpoint sender;
  asio::local::stream_protocol::socket local{context};
  asio::local::stream_protocol::socket other_local{context};
  asio::posix::stream_descriptor pipe_reader{context};
  asio::posix::stream_descriptor pipe_writer{context};
  asio::posix::stream_descriptor serial_master{context};
  asio::serial_port serial{context};
  asio::signal_set signals{context, SIGUSR2};
  number_channel numbers{context};
  asio::experimental::concurrent_channel<void(error_code, int)> concurrent{context};
  asio::experimental::channel<void(error_code)> marks{context};
  leaklab::channel<> own_marks{context};
  leaklab::channel<void> own_voids{context};
  leaklab::channel<int, std::string> own_pairs{context};
  leaklab::concurrent_channel<int> own_concurrent{context};
  asio::cancellation_signal cancellation;
  std::string text;
  std::string much = std::string(16 << 20, 'x');
  char byte = 0;
  asio::mutable_buffer buffer = asio::buffer(&byte, 1);
  error_code error;
};

awaitable<void> wait_long(world& w)
{
  co_await w.marks.async_receive(use_awaitable);
}
constexpr unsigned line_of_wait_long = __LINE__ - 2;

}  // namespace
