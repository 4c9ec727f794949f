// Clients register a route to themselves, and sooner or later they are gone. Which routes does the
// table still hold then?
#include <leaklab/gauge.hpp>
#include <leaklab/tcp.hpp>

#include <runner/lab.hpp>
#include <world/visitors.hpp>

#include <array>
#include <map>
#include <string>

namespace asio = boost::asio;
using leaklab::awaitable;
using leaklab::tcp;

namespace
{

struct route
{
  std::array<char, 8 * 1024> outbox;
};

// By the name of the client. One that reconnects before its loss was noticed has two.
std::multimap<std::string, route> routes;

awaitable<void> serve(tcp::socket client, leaklab::lab& lab)
{
  std::string name;
  co_await asio::async_read_until(client, asio::dynamic_buffer(name), '\n');
  // the fault: the route must go when its client goes, and nothing removes it
  auto const entry = routes.emplace(std::move(name), route());
  co_await asio::async_write(client, asio::buffer(entry->first));
  // The client sends nothing more: the socket turns readable when the client hangs up.
  co_await client.async_wait(tcp::socket::wait_read);
  lab.completed();
}

awaitable<void> accept(tcp::acceptor& acceptor, leaklab::lab& lab)
{
  for (;;)
    lab.spawn(serve(co_await acceptor.async_accept(), lab), "client");
}

awaitable<void> scenario(leaklab::lab& lab)
{
  leaklab::sampled_gauge const entries(lab.get_executor(), "routes", [] { return routes.size(); });
  tcp::acceptor acceptor(lab.get_executor(), {asio::ip::address_v4::loopback(), 0});
  world::visitors clients(acceptor.local_endpoint());
  lab.spawn(accept(acceptor, lab), "acceptor");
  int client = 0;
  for (auto clock = lab.ticks(); co_await clock.next(); ++client)
    clients.send("client " + std::to_string(client));
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
