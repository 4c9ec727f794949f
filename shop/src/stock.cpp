#include "stock.hpp"

#include "http_client.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <fmt/format.h>

namespace shop
{

using namespace std::chrono_literals;

namespace
{

constexpr auto stock_deadline = 250ms;
constexpr std::size_t kept_answers = 900;

}  // namespace

stock::stock(environment const& around) : around_(around), latest_(kept_answers)
{
}

awaitable<response> stock::ask_suppliers(unsigned article)
{
  using namespace asio::experimental::awaitable_operators;
  auto const suppliers = around_.partners.of("supplier");
  if (suppliers.size() < 2) co_return response{503, "no suppliers\n"};
  asio::steady_timer deadline(around_.executor, stock_deadline);
  bool in_time = false;
  if (around_.faults.has(fault::orphaned_child))
  {
    around_.tasks.spawn(ask(suppliers[0], article), "supplier");
    in_time =
        (co_await (ask(suppliers[1], article) || deadline.async_wait(use_awaitable))).index() == 0;
  }
  else
  {
    in_time = (co_await ((ask(suppliers[0], article) && ask(suppliers[1], article)) ||
                         deadline.async_wait(use_awaitable)))
                  .index() == 0;
  }
  if (!in_time) co_return response{504, "a supplier does not answer\n"};
  co_return response{200, latest_.back().text};
}

awaitable<void> stock::ask(tcp::endpoint supplier, unsigned article)
{
  tcp::socket connection(around_.executor);
  co_await connection.async_connect(supplier, use_awaitable);
  auto text = co_await exchange(connection, "GET", fmt::format("/stock/{}", article));
  if (!around_.faults.has(fault::unclosed_connection)) connection.close();
  latest_.push_back({std::move(connection), std::move(text)});
}

}  // namespace shop
