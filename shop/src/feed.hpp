// The price feed: each subscriber is sent every price for as long as the connection lasts.
#pragma once

#include "environment.hpp"

#include <leaklab/gauge.hpp>

#include <world/price_feed.hpp>

#include <memory>
#include <set>

namespace shop
{

class feed
{
 public:
  feed(environment const& around, world::price_feed& prices);

  /// Until the client has gone, or does not keep up.
  [[nodiscard]] awaitable<void> serve(tcp::socket& client);

 private:
  struct subscriber;

  void queue(subscriber& to, double price) const;
  [[nodiscard]] std::size_t bytes_queued() const;

  environment const& around_;
  world::price_feed& prices_;
  std::set<subscriber const*> subscribers_;
  leaklab::sampled_gauge listeners_;
  leaklab::sampled_gauge queued_;
};

}  // namespace shop
