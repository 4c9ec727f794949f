#include "model/readings.hpp"

#include <algorithm>
#include <functional>
#include <limits>

namespace leaklab::model
{

std::uint64_t readings::hash(std::vector<std::uintptr_t> const& stack) noexcept
{
  // FNV-1a, by words: http://www.isthe.com/chongo/tech/comp/fnv/
  std::uint64_t sum = 0xcbf29ce484222325;
  for (auto const address : stack)
    sum = (sum ^ address) * 0x100000001b3;
  return sum;
}

void readings::add(double seconds, amounts_by_stack const& amounts)
{
  std::vector<amount> all;
  for (auto const& [stack, each] : amounts)
    all.emplace_back(hash(stack), static_cast<float>(each));
  auto const count = std::min(all.size(), most_stacks);
  auto const end = all.begin() + static_cast<std::ptrdiff_t>(count);
  std::ranges::partial_sort(all, end, std::greater<>(), &amount::second);
  auto& made = readings_.emplace_back(reading{seconds, std::make_unique<amount[]>(count), count});
  std::copy(all.begin(), end, made.amounts.get());

  if (readings_.size() <= most_readings) return;
  // The one between neighbours whose ages differ least goes; the first and the last stay.
  auto least = std::numeric_limits<double>::infinity();
  auto goes = readings_.begin() + 1;
  for (auto each = readings_.begin() + 1; each + 1 != readings_.end(); ++each)
  {
    auto const ratio = (seconds - each[-1].seconds) / std::max(seconds - each[1].seconds, 1.0);
    if (ratio >= least) continue;
    least = ratio;
    goes = each;
  }
  readings_.erase(goes);
}

readings::kept readings::before(double seconds) const
{
  auto const after = std::ranges::upper_bound(readings_, seconds, {}, &reading::seconds);
  if (readings_.empty()) return {};
  auto const& found = after == readings_.begin() ? *after : after[-1];
  return {found.amounts.get(), found.amounts.get() + found.count};
}

std::size_t readings::bytes() const noexcept
{
  std::size_t sum = 0;
  for (auto const& each : readings_)
    sum += each.count * sizeof(amount);
  return sum;
}

}  // namespace leaklab::model
