#include "webhooks.hpp"

#include "http_client.hpp"

#include <algorithm>

namespace shop
{

using namespace std::chrono_literals;

namespace
{

constexpr auto webhook_deadline = 1s;
constexpr int most_attempts = 3;

std::chrono::milliseconds pause_after(int attempt)
{
  return 100ms * (1 << std::min(attempt, 4));
}

}  // namespace

void webhooks::tell(std::string event)
{
  for (auto const& receiver : around_.partners.of("webhook"))
    around_.tasks.spawn(deliver(receiver, event), "webhook");
}

awaitable<void> webhooks::deliver(tcp::endpoint receiver, std::string event)
{
  asio::steady_timer pause(around_.executor);
  for (int attempt = 1; !co_await post_in_time(receiver, event); ++attempt)
  {
    if (attempt >= most_attempts && !around_.faults.has(fault::retry_storm))
    {
      ++given_up_;
      co_return;
    }
    pause.expires_after(pause_after(attempt));
    co_await pause.async_wait(use_awaitable);
  }
  ++delivered_;
}

awaitable<bool> webhooks::post_in_time(tcp::endpoint receiver, std::string const& event)
{
  try
  {
    if (around_.faults.has(fault::missing_timeout))
      co_await post(receiver, event);
    else
      co_await within(webhook_deadline, post(receiver, event));
    co_return true;
  }
  catch (boost::system::system_error const&)
  {
    co_return false;  // a task that is cancelled ends at its next wait
  }
}

awaitable<void> webhooks::post(tcp::endpoint receiver, std::string const& event)
{
  tcp::socket connection(around_.executor);
  co_await connection.async_connect(receiver, use_awaitable);
  co_await exchange(connection, "POST", "/hook", event);
}

}  // namespace shop
