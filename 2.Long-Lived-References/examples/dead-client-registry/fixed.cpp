// Clients register a route to themselves, and one day they are gone. Which routes does the table
// still hold?
#include <leaklab/gauge.hpp>
#include <leaklab/tcp.hpp>

#include <boost/asio/as_tuple.hpp>
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

// By the name of the client. One that is back before it was missed has two.
using route_table = std::multimap<std::string, route>;

awaitable<void> serve(tcp::socket client, route_table& routes, leaklab::lab& lab)
{
  std::string name;
  co_await asio::async_read_until(client, asio::dynamic_buffer(name), '\n');
  auto const entry = routes.emplace(std::move(name), route());
  co_await asio::async_write(client, asio::buffer(entry->first),
                             asio::as_tuple(leaklab::tracked()));
  co_await client.async_wait(
      tcp::socket::wait_read);  // it says no more, so it is readable when it is gone
  // the cure: the route goes with its client
  routes.erase(entry);
  lab.completed();
}

awaitable<void> accept(tcp::acceptor& acceptor, route_table& routes, leaklab::lab& lab)
{
  for (;;)
    lab.spawn(serve(co_await acceptor.async_accept(), routes, lab), "client");
}

awaitable<void> scenario(leaklab::lab& lab)
{
  route_table routes;
  leaklab::sampled_gauge const entries(lab.get_executor(), "routes", [&] { return routes.size(); });
  tcp::acceptor acceptor(lab.get_executor(), {asio::ip::address_v4::loopback(), 0});
  world::visitors clients(acceptor.local_endpoint());
  lab.spawn(accept(acceptor, routes, lab), "acceptor");
  int client = 0;
  for (auto clock = lab.ticks(); co_await clock.next(); ++client)
    clients.send("client " + std::to_string(client));
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
