#include "recommendations.hpp"

#include "http_client.hpp"

#include <fmt/format.h>

namespace shop
{

using namespace std::chrono_literals;

namespace
{

constexpr auto recommender_deadline = 2s;
constexpr std::size_t most_jobs = 20;
constexpr std::size_t most_at_once = 2;

awaitable<void> ask_recommender(tcp::endpoint recommender, unsigned product)
{
  tcp::socket connection(co_await asio::this_coro::executor);
  co_await connection.async_connect(recommender, use_awaitable);
  co_await exchange(connection, "GET", fmt::format("/recommend/{}", product));
}

}  // namespace

recommendations::recommendations(environment const& around)
    : around_(around),
      jobs_(around.executor, most_jobs),
      turns_(around.executor, most_at_once),
      queued_(around.executor, "recommendations queued",
              [this] { return static_cast<double>(waiting_); }, {.bound = most_jobs})
{
  for (std::size_t worker = 0; worker != most_at_once; ++worker)
  {
    turns_.try_send(error_code(), 0);
    around_.tasks.spawn(work(), "recommendation worker");
  }
}

void recommendations::compute(unsigned product)
{
  if (around_.faults.has(fault::task_per_job))
    around_.tasks.spawn(do_job(product), "recommendation");
  else if (jobs_.try_send(error_code(), product))
    ++waiting_;
}

awaitable<void> recommendations::work()
{
  for (;;)
  {
    auto const product = co_await jobs_.async_receive(use_awaitable);
    --waiting_;
    co_await do_job(product);
  }
}

awaitable<void> recommendations::do_job(unsigned product)
{
  co_await turns_.async_receive(use_awaitable);
  try
  {
    for (auto const& recommender : around_.partners.of("recommender"))
      co_await within(recommender_deadline, ask_recommender(recommender, product));
  }
  catch (boost::system::system_error const&)
  {
    // The old ones stay.
  }
  turns_.try_send(error_code(), 0);
}

}  // namespace shop
