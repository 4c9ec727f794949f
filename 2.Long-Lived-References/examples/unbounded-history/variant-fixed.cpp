// A table of exchange rates is published many times a second, each with what changed since the one
// before. How many tables does that take?
#include <runner/lab.hpp>

#include <algorithm>
#include <array>
#include <memory>

using leaklab::awaitable;

namespace
{

constexpr std::size_t currencies = 8 * 1024;

struct rate_table
{
  std::array<double, currencies> rates{};
  std::shared_ptr<rate_table> before;

  double change(std::size_t currency) const
  {
    return before ? rates[currency] - before->rates[currency] : 0;
  }
};

class exchange
{
 public:
  void publish(std::size_t currency, double rate)
  {
    auto const next = std::make_shared<rate_table>(*current_);
    next->rates[currency] = rate;
    next->before = current_;
    // the cure: a table has the one before it, and that one has none
    current_->before.reset();
    current_ = next;
    largest_ = std::max(largest_, next->change(currency));
  }

 private:
  std::shared_ptr<rate_table> current_ = std::make_shared<rate_table>();
  double largest_ = 0;
};

awaitable<void> scenario(leaklab::lab& lab)
{
  exchange money;
  std::size_t count = 0;
  for (auto clock = lab.ticks(); co_await clock.next(); ++count)
  {
    money.publish(count % currencies, 1.5);
    lab.completed();
  }
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
