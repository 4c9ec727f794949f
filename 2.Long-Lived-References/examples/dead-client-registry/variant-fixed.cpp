// Players are known by the number of their connection until they have said their names. Who is still
// in the list when they have left?
#include <leaklab/gauge.hpp>
#include <leaklab/tcp.hpp>

#include <runner/lab.hpp>
#include <world/scope_guard.hpp>
#include <world/visitors.hpp>

#include <array>
#include <map>
#include <string>
#include <string_view>

namespace asio = boost::asio;
using leaklab::awaitable;
using leaklab::tcp;

namespace
{

constexpr std::string_view welcome = "welcome\n";

struct player
{
  std::array<char, 8 * 1024> board;
};

std::map<std::string, player> players;

awaitable<void> serve(tcp::socket client, int number, leaklab::lab& lab)
{
  auto id = "guest " + std::to_string(number);
  players.emplace(id, player());
  world::scope_exit const departure([&id] { players.erase(id); });

  std::string name;
  co_await asio::async_read_until(client, asio::dynamic_buffer(name), '\n');
  // the cure: whoever changes the name changes it in the list too
  auto entry = players.extract(id);
  entry.key() = id = name;
  players.insert(std::move(entry));
  co_await asio::async_write(client, asio::buffer(welcome));
  // The client sends nothing more: the socket turns readable when the client hangs up.
  co_await client.async_wait(tcp::socket::wait_read);
  lab.completed();
}

awaitable<void> accept(tcp::acceptor& acceptor, leaklab::lab& lab)
{
  for (int number = 0;; ++number)
    lab.spawn(serve(co_await acceptor.async_accept(), number, lab), "player");
}

awaitable<void> scenario(leaklab::lab& lab)
{
  leaklab::sampled_gauge const known(lab.get_executor(), "players", [] { return players.size(); });
  tcp::acceptor acceptor(lab.get_executor(), {asio::ip::address_v4::loopback(), 0});
  world::visitors clients(acceptor.local_endpoint());
  lab.spawn(accept(acceptor, lab), "acceptor");
  int client = 0;
  for (auto clock = lab.ticks(); co_await clock.next(); ++client)
    clients.send("player " + std::to_string(client));
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
