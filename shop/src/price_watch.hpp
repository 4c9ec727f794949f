// Raises an alarm when no price has come for an hour.
#pragma once

#include "environment.hpp"

#include <leaklab/gauge.hpp>

#include <boost/signals2/connection.hpp>
#include <world/price_feed.hpp>

#include <memory>

namespace shop
{

class price_watch
{
 public:
  price_watch(environment const& around, world::price_feed& prices);

 private:
  awaitable<void> watch();

  environment const& around_;
  channel<double> prices_;
  boost::signals2::scoped_connection subscription_;
  int pending_alarms_ = 0;  // whose handler has not been called yet
  leaklab::sampled_gauge pending_;
};

}  // namespace shop
