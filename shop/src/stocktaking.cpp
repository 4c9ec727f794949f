#include "stocktaking.hpp"

#include "http_client.hpp"

#include <fmt/format.h>

namespace shop
{

using namespace std::chrono_literals;

namespace
{

constexpr auto time_for_an_article = 4ms;
constexpr auto warehouse_deadline = 2s;
constexpr auto pause_without_warehouse = 100ms;
constexpr std::size_t most_unreported = 20;
constexpr std::size_t far_too_many = 1'000'000;
constexpr std::size_t article_size = 2048;

}  // namespace

stocktaking::stocktaking(environment const& around)
    : around_(around), changed_(around.executor, asio::steady_timer::time_point::max())
{
  around_.tasks.spawn(walk(), "stocktaking");
  around_.tasks.spawn(report(), "stock report");
}

std::size_t stocktaking::room() const
{
  return around_.faults.has(fault::oversized_queue) ? far_too_many : most_unreported;
}

awaitable<void> stocktaking::walk()
{
  asio::steady_timer pause(around_.executor);
  for (unsigned article = 0;; ++article)
  {
    pause.expires_after(time_for_an_article);
    co_await pause.async_wait(use_awaitable);
    auto text = fmt::format("article {}, in stock: {}", article, article % 17);
    text.resize(article_size, ' ');
    while (articles_.size() >= room())
      co_await changed_.async_wait(no_throw);
    articles_.push_back(std::move(text));
    changed_.cancel();
  }
}

awaitable<void> stocktaking::report()
{
  for (;;)
  {
    while (articles_.empty())
      co_await changed_.async_wait(no_throw);
    auto const article = std::move(articles_.front());
    articles_.pop_front();
    changed_.cancel();
    auto const warehouses = around_.partners.of("warehouse");
    if (warehouses.empty())
      co_await asio::steady_timer(around_.executor, pause_without_warehouse)
          .async_wait(use_awaitable);
    for (auto const& warehouse : warehouses)
      co_await report_to(warehouse, article);
  }
}

awaitable<void> stocktaking::report_to(tcp::endpoint warehouse, std::string article)
{
  tcp::socket connection(around_.executor);
  try
  {
    co_await connection.async_connect(warehouse, use_awaitable);
    co_await exchange(connection, "POST", "/stock", std::move(article));
    ++reported_;
  }
  catch (boost::system::system_error const&)
  {
    // It will be reported in the next round.
  }
}

}  // namespace shop
