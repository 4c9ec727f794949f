// Search: each supplier has a part of the index, and is asked for it in turn.
#pragma once

#include "environment.hpp"
#include "http.hpp"

#include <list>

namespace shop
{

class search
{
 public:
  explicit search(environment const& around) : around_(around) {}

  /// Status 504 when a supplier does not answer in time.
  [[nodiscard]] awaitable<response> find(unsigned words);

 private:
  using connections = std::list<tcp::socket>;

  awaitable<void> query(unsigned words);
  awaitable<void> ask(tcp::socket& shard, tcp::endpoint supplier, unsigned words);

  environment const& around_;
  connections open_;
  std::size_t hits_ = 0;
};

}  // namespace shop
