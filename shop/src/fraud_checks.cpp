#include "fraud_checks.hpp"

#include <functional>

namespace shop
{
namespace
{

constexpr std::size_t one_suspicious_in = 1000;

}  // namespace

fraud_checks::fraud_checks(environment const& around) : around_(around), scores_(around.executor)
{
  around_.tasks.spawn(review(), "fraud review");
}

void fraud_checks::check(std::string_view subject, unsigned number)
{
  around_.tasks.spawn(score(std::hash<std::string_view>()(subject) ^ number), "fraud score");
}

awaitable<void> fraud_checks::score(std::size_t value)
{
  co_await scores_.async_send(error_code(), value, use_awaitable);
}

awaitable<void> fraud_checks::review()
{
  while (!around_.faults.has(fault::blocked_send))
  {
    auto const score = co_await scores_.async_receive(use_awaitable);
    if (score % one_suspicious_in == 0) ++suspicious_;
  }
}

}  // namespace shop
