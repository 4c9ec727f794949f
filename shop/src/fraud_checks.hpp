// Each order and each login is given a score, and a review looks at all scores.
#pragma once

#include "environment.hpp"

#include <string_view>

namespace shop
{

class fraud_checks
{
 public:
  explicit fraud_checks(environment const& around);

  void check(std::string_view subject, unsigned number);

 private:
  awaitable<void> score(std::size_t value);
  awaitable<void> review();

  environment const& around_;
  channel<std::size_t> scores_;
  std::size_t suspicious_ = 0;
};

}  // namespace shop
