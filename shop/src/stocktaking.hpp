// Stocktaking: a walk through all articles, round and round, each of which is reported to a
// warehouse that is slower than the walk.
#pragma once

#include "environment.hpp"

#include <cstdint>
#include <deque>
#include <string>

namespace shop
{

class stocktaking
{
 public:
  explicit stocktaking(environment const& around);

  [[nodiscard]] std::uint64_t reported() const noexcept { return reported_; }

 private:
  [[nodiscard]] std::size_t room() const;
  awaitable<void> walk();
  awaitable<void> report();
  awaitable<void> report_to(tcp::endpoint warehouse, std::string article);

  environment const& around_;
  std::deque<std::string> articles_;  // to be reported
  asio::steady_timer changed_;        // cancelled when one has come or gone
  std::uint64_t reported_ = 0;
};

}  // namespace shop
