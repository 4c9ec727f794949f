// Orders share a pool of eight database connections, and now and then one cannot be booked. Where
// is its connection then?
#include <leaklab/channel.hpp>

#include <runner/lab.hpp>
#include <world/database.hpp>
#include <world/temporary_directory.hpp>

#include <list>
#include <memory>
#include <string>

using leaklab::awaitable;
using pool = leaklab::channel<world::database*>;

namespace
{

constexpr std::size_t pool_size = 8;
constexpr auto tables =
    "CREATE TABLE customer(id INTEGER PRIMARY KEY); INSERT INTO customer VALUES (0);"
    "CREATE TABLE last_order(customer INTEGER REFERENCES customer DEFERRABLE INITIALLY DEFERRED);"
    "INSERT INTO last_order VALUES (0)";

awaitable<void> book(int customer, pool& connections)
{
  auto const order = "BEGIN; UPDATE last_order SET customer = " + std::to_string(customer);
  auto* const connection = co_await connections.async_receive();
  connection->execute(order.c_str());
  // the fault: a COMMIT that fails throws past the return to the pool
  connection->execute("COMMIT");
  connections.try_send(boost::system::error_code(), connection);
}

awaitable<void> handle_order(int customer, pool& connections, leaklab::lab& lab)
{
  try
  {
    co_await book(customer, connections);
    lab.completed();
  }
  catch (world::database_error const&)
  {
    lab.refused();  // there is no such customer
  }
}

awaitable<void> scenario(leaklab::lab& lab)
{
  world::temporary_directory const folder;
  std::list<world::database> databases;
  pool connections(lab.get_executor(), pool_size);
  while (databases.size() != pool_size)
    connections.try_send(boost::system::error_code(),
                         &databases.emplace_back(folder.path() / "orders"));
  databases.front().execute(tables);
  int customer = 0;
  for (auto clock = lab.ticks(); co_await clock.next(); customer = 1 - customer)
    lab.spawn(handle_order(customer, connections, lab), "order");
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
