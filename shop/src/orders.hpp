// Orders, each stored once, over a pool of database connections.
#pragma once

#include "environment.hpp"
#include "http.hpp"

#include <leaklab/gauge.hpp>

#include <world/database.hpp>

#include <list>

namespace shop
{

class orders
{
 public:
  explicit orders(environment const& around);

  /// Status 409 for a number that has been ordered with before.
  [[nodiscard]] awaitable<response> place(unsigned number);

 private:
  awaitable<void> insert(unsigned number);

  environment const& around_;
  std::list<world::database> databases_;
  channel<world::database*> pool_;
  std::size_t lent_ = 0;
  leaklab::sampled_gauge in_use_;
};

}  // namespace shop
