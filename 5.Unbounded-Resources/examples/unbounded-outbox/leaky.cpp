// A chat room queues each line for every member until the member has read it. What if one reads
// more slowly than the others speak?
#include <leaklab/gauge.hpp>
#include <leaklab/tcp.hpp>

#include <runner/lab.hpp>
#include <world/line_reader.hpp>

#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace asio = boost::asio;
using leaklab::awaitable;
using leaklab::tcp;
using namespace std::chrono_literals;

namespace
{

struct member
{
  explicit member(tcp::socket accepted) : connection(std::move(accepted)) {}

  tcp::socket connection;
  std::deque<std::string> outbox;
  std::size_t bytes_queued = 0;
};

using room = std::vector<std::shared_ptr<member>>;

std::size_t bytes_queued(room const& members)
{
  std::size_t bytes = 0;
  for (auto const& each : members)
    bytes += each->bytes_queued;
  return bytes;
}

awaitable<void> send_outbox(std::shared_ptr<member> to)
{
  for (; !to->outbox.empty(); to->outbox.pop_front())
  {
    co_await asio::async_write(to->connection, asio::buffer(to->outbox.front()));
    to->bytes_queued -= to->outbox.front().size();
  }
}

void say(std::string const& line, room& members, leaklab::lab& lab)
{
  for (auto const& each : members)
  {
    // the fault: whoever reads slowly makes the room keep everything that is said
    each->outbox.push_back(line);
    each->bytes_queued += line.size();
    if (each->outbox.size() == 1) lab.spawn(send_outbox(each), "writer");
  }
}

awaitable<void> scenario(leaklab::lab& lab)
{
  tcp::acceptor acceptor(lab.get_executor(), {asio::ip::address_v4::loopback(), 0});
  // What a member has not read waits in the room, not in the kernel.
  acceptor.set_option(asio::socket_base::send_buffer_size(4096));
  room members;
  leaklab::sampled_gauge const queued(lab.get_executor(), "bytes queued",
                                      [&] { return bytes_queued(members); }, {.noise = 65536});
  world::line_reader const prompt(acceptor.local_endpoint(), 0ms, [&] { lab.completed(); });
  world::line_reader const slow(acceptor.local_endpoint(), 100ms, [] {});
  while (members.size() != 2)
    members.push_back(std::make_shared<member>(co_await acceptor.async_accept()));
  for (auto clock = lab.ticks(); co_await clock.next();)
    say(std::string(1023, '.') + '\n', members, lab);
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
