// Bookings share a pool of eight database connections, and some fail because the seat is taken.
// Where is their connection then?
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
constexpr auto table = "CREATE TABLE booking(seat INTEGER PRIMARY KEY)";

awaitable<void> book(int seat, pool& connections)
{
  auto const booking = "INSERT INTO booking VALUES (" + std::to_string(seat) + ")";
  auto* const connection = co_await connections.async_receive();
  // the fault: an INSERT that fails throws past the return to the pool
  connection->execute(booking.c_str());
  connections.try_send(boost::system::error_code(), connection);
}

awaitable<void> handle_booking(int seat, pool& connections, leaklab::lab& lab)
{
  try
  {
    co_await book(seat, connections);
    lab.completed();
  }
  catch (world::database_error const&)
  {
    lab.refused();  // the seat is taken
  }
}

awaitable<void> scenario(leaklab::lab& lab)
{
  world::temporary_directory const folder;
  std::list<world::database> databases;
  pool connections(lab.get_executor(), pool_size);
  while (databases.size() != pool_size)
    connections.try_send(boost::system::error_code(),
                         &databases.emplace_back(folder.path() / "bookings"));
  databases.front().execute(table);
  int number = 0;
  for (auto clock = lab.ticks(); co_await clock.next(); ++number)  // two for each seat
    lab.spawn(handle_booking(number / 2, connections, lab), "booking");
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
