#include "orders.hpp"

#include <fmt/format.h>
#include <world/scope_guard.hpp>

namespace shop
{
namespace
{

constexpr std::size_t pool_size = 4;
constexpr unsigned kept_orders = 500;

}  // namespace

orders::orders(environment const& around)
    : around_(around),
      pool_(around.executor, pool_size),
      in_use_(around.executor, "database connections lent",
              [this] { return static_cast<double>(lent_); }, {.bound = pool_size})
{
  while (databases_.size() != pool_size)
  {
    auto& made = databases_.emplace_back(around_.folder / "orders.sqlite");
    made.execute("PRAGMA cache_size = 20");
    pool_.try_send(error_code(), &made);
  }
  databases_.front().execute(
      "CREATE TABLE IF NOT EXISTS placed(number INTEGER PRIMARY KEY); DELETE FROM placed");
}

awaitable<response> orders::place(unsigned number)
{
  try
  {
    co_await insert(number);
  }
  catch (world::database_error const&)
  {
    co_return response{409, "ordered before\n"};
  }
  co_return response{201, fmt::format("order {}\n", number)};
}

awaitable<void> orders::insert(unsigned number)
{
  auto* const connection = co_await pool_.async_receive(use_awaitable);
  ++lent_;
  world::scope_exit give_back(
      [this, connection]
      {
        --lent_;
        pool_.try_send(error_code(), connection);
      });
  auto const statements =
      fmt::format("INSERT INTO placed VALUES ({}); DELETE FROM placed WHERE number < {}", number,
                  number - std::min(number, kept_orders));
  try
  {
    connection->execute(statements.c_str());
  }
  catch (world::database_error const&)
  {
    if (around_.faults.has(fault::unreturned_connection)) give_back.release();
    throw;
  }
}

}  // namespace shop
