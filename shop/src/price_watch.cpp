#include "price_watch.hpp"

#include <chrono>
#include <cstdio>

namespace shop
{

using namespace std::chrono_literals;

namespace
{

constexpr std::size_t most_unseen = 16;

}  // namespace

price_watch::price_watch(environment const& around, world::price_feed& prices)
    : around_(around),
      prices_(around.executor, most_unseen),
      subscription_(
          prices.connect([this](double price) { prices_.try_send(error_code(), price); })),
      pending_(around.executor, "price alarms pending", [this] { return pending_alarms_; })
{
  around_.tasks.spawn(watch(), "price watch");
}

awaitable<void> price_watch::watch()
{
  for (std::shared_ptr<asio::steady_timer> alarm;;)
  {
    if (!alarm || around_.faults.has(fault::timer_per_iteration))
      alarm = std::make_shared<asio::steady_timer>(around_.executor);
    alarm->expires_after(1h);
    ++pending_alarms_;
    alarm->async_wait(
        [this, alarm](error_code error)
        {
          --pending_alarms_;
          if (!error) std::fputs("shop: no price for an hour\n", stderr);
        });
    co_await prices_.async_receive(use_awaitable);
  }
}

}  // namespace shop
