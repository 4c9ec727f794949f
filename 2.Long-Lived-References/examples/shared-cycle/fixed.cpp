// A session stores a handler for its input, and the handler needs the session. Who owns whom?
#include <leaklab/tcp.hpp>

#include <runner/lab.hpp>
#include <world/visitors.hpp>

#include <array>
#include <functional>
#include <memory>
#include <string>

namespace asio = boost::asio;
using leaklab::awaitable;
using leaklab::tcp;

namespace
{

struct session
{
  explicit session(tcp::socket accepted) : client(std::move(accepted)) {}

  tcp::socket client;
  std::array<char, 64 * 1024> input;
  std::string answer;
  std::function<void(std::size_t)> on_input;
};

awaitable<void> serve(tcp::socket client, leaklab::lab& lab)
{
  auto const self = std::make_shared<session>(std::move(client));
  // the cure: what the session owns refers back to it weakly
  self->on_input = [weak = std::weak_ptr(self)](std::size_t length)
  {
    if (auto const owner = weak.lock()) owner->answer.assign(owner->input.data(), length);
  };
  for (;;)
  {
    auto const [error, length] =
        co_await self->client.async_read_some(asio::buffer(self->input), leaklab::as_tuple());
    if (error) break;
    self->on_input(length);
    co_await asio::async_write(self->client, asio::buffer(self->answer));
  }
  self->client.close();
  lab.completed();
}

awaitable<void> accept(tcp::acceptor& acceptor, leaklab::lab& lab)
{
  for (;;)
    lab.spawn(serve(co_await acceptor.async_accept(), lab), "session");
}

awaitable<void> scenario(leaklab::lab& lab)
{
  tcp::acceptor acceptor(lab.get_executor(), {asio::ip::address_v4::loopback(), 0});
  world::visitors clients(acceptor.local_endpoint());
  lab.spawn(accept(acceptor, lab), "acceptor");
  for (auto clock = lab.ticks(); co_await clock.next();)
    clients.send("hello");
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
