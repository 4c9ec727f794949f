// Players keep their connections open between moves. When does one who has gone away lose the place?
#include <leaklab/awaitable_operators.hpp>
#include <leaklab/gauge.hpp>
#include <leaklab/scope.hpp>
#include <leaklab/tcp.hpp>

#include <runner/lab.hpp>
#include <world/quiet_clients.hpp>

#include <string>
#include <string_view>

namespace asio = boost::asio;
using leaklab::awaitable;
using leaklab::tcp;
using namespace std::literals;

namespace
{

using clock_type = leaklab::steady_timer::clock_type;

struct player
{
  tcp::socket connection;
  clock_type::time_point last_traffic = clock_type::now();
};

awaitable<void> send(player& to, std::string_view line)
{
  co_await asio::async_write(to.connection, asio::buffer(line));
  to.last_traffic = clock_type::now();
}

// False when there was no move for a while.
awaitable<bool> receive_move(player& from)
{
  std::string move;
  leaklab::steady_timer pause(from.connection.get_executor(), 100ms);
  auto const first =
      co_await (asio::async_read_until(from.connection, asio::dynamic_buffer(move), '\n') ||
                pause.async_wait());
  if (first.index() == 1) co_return false;
  from.last_traffic = clock_type::now();
  co_return true;
}

awaitable<void> play(tcp::socket connection, leaklab::lab& lab)
{
  player guest{std::move(connection)};
  while (clock_type::now() - guest.last_traffic < 300ms)
  {
    bool const moved = co_await receive_move(guest);
    co_await send(guest, moved ? "your turn\n"sv : "ping\n"sv);
    if (moved) lab.completed();
  }
}

awaitable<void> accept_players(tcp::acceptor& acceptor, leaklab::scope& players, leaklab::lab& lab)
{
  for (;;)
    players.spawn(play(co_await acceptor.async_accept(), lab), "player");
}

awaitable<void> scenario(leaklab::lab& lab)
{
  leaklab::scope players(lab.get_executor());
  leaklab::sampled_gauge const count(lab.get_executor(), "players", [&] { return players.size(); });
  tcp::acceptor acceptor(lab.get_executor(), {asio::ip::address_v4::loopback(), 0});
  world::quiet_clients clients(acceptor.local_endpoint().port());
  lab.spawn(accept_players(acceptor, players, lab), "listener");
  for (auto clock = lab.ticks(); co_await clock.next();)
    clients.connect();
  players.cancel();
  co_await players.join();
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
