// Clients ask once and keep their connections open. How long does the server keep them?
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

awaitable<void> serve(tcp::socket connection, leaklab::lab& lab)
{
  for (;;)
  {
    std::string request;
    // the fault: a client that says nothing keeps its connection for as long as it likes
    co_await asio::async_read_until(connection, asio::dynamic_buffer(request), '\n');
    co_await asio::async_write(connection, asio::buffer("welcome\n"sv));
    lab.completed();
  }
}

awaitable<void> accept_clients(tcp::acceptor& acceptor, leaklab::scope& sessions, leaklab::lab& lab)
{
  for (;;)
    sessions.spawn(serve(co_await acceptor.async_accept(), lab), "session");
}

awaitable<void> scenario(leaklab::lab& lab)
{
  leaklab::scope sessions(lab.get_executor());
  leaklab::sampled_gauge const count(lab.get_executor(), "connections",
                                     [&] { return sessions.size(); });
  tcp::acceptor acceptor(lab.get_executor(), {asio::ip::address_v4::loopback(), 0});
  world::quiet_clients clients(acceptor.local_endpoint().port());
  lab.spawn(accept_clients(acceptor, sessions, lab), "listener");
  for (auto clock = lab.ticks(); co_await clock.next();)
    clients.connect();
  sessions.cancel();
  co_await sessions.join();
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
