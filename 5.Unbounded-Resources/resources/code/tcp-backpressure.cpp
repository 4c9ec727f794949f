// A peer accepts a connection and never reads. How much can be written to it, and what happens then?
#include <leaklab/spawn.hpp>
#include <leaklab/tcp.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <string>

namespace asio = boost::asio;
using leaklab::awaitable;
using leaklab::tcp;
using namespace std::chrono_literals;

namespace
{

awaitable<void> write(tcp::socket& connection, std::size_t& written)
{
  std::string const piece(1024, '.');
  for (;;)
  {
    co_await asio::async_write(connection, asio::buffer(piece));
    written += piece.size();
  }
}

awaitable<void> read(tcp::socket& connection)
{
  std::string piece(64 * 1024, '\0');
  for (;;)
    co_await connection.async_read_some(asio::buffer(piece));
}

}  // namespace

int main()
{
  for (int const buffer : {4096, 65536})
  {
    asio::io_context context;
    tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
    acceptor.set_option(asio::socket_base::receive_buffer_size(buffer));
    tcp::socket writer(context);
    writer.open(tcp::v4());
    writer.set_option(asio::socket_base::send_buffer_size(buffer));
    writer.connect(acceptor.local_endpoint());
    tcp::socket peer(context);
    acceptor.accept(peer);

    std::size_t written = 0;
    leaklab::spawn(context, write(writer, written), "writer");
    context.run_for(300ms);
    auto const at_first = written;
    context.run_for(300ms);
    fmt::print("buffers of {} bytes: {} KiB written, then {} KiB more; tasks that wait: {}\n",
               buffer, at_first / 1024, (written - at_first) / 1024, leaklab::count_tasks().live);
    leaklab::spawn(context, read(peer), "reader");
    context.run_for(300ms);
    fmt::print("  the peer reads: more is written: {}\n", written > at_first + 1024 * 1024);
  }
}
