#include "model/history.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <span>

namespace leaklab::model
{
namespace
{

constexpr auto lowest = -std::numeric_limits<double>::infinity();

std::int64_t number_of(double seconds, double step)
{
  // A clock that ticks in tenths is a hair before the tenth as often as behind it.
  return static_cast<std::int64_t>(std::floor(seconds / step + 1e-6));
}

// The floor is the least value of `width` neighbours.
double barrier_of(std::span<float const> values, std::size_t width, double above_fall)
{
  double highest = lowest;
  double barrier = lowest;
  std::deque<std::size_t> rising;  // the least of the neighbours is in front
  for (std::size_t i = 0; i != values.size(); ++i)
  {
    if (!std::isnan(values[i]))
    {
      while (!rising.empty() && values[rising.back()] >= values[i])
        rising.pop_back();
      rising.push_back(i);
      auto const fell = highest - values[i];
      if (fell > 0) barrier = std::max(barrier, highest + above_fall * fell);
    }
    if (!rising.empty() && rising.front() + width <= i) rising.pop_front();
    if (i + 1 >= width && !rising.empty())
      highest = std::max<double>(highest, values[rising.front()]);
  }
  return std::max(barrier, highest);
}

}  // namespace

void history::window::add(std::int64_t number, float value)
{
  if (!least.empty() && number < end)
  {
    least.back() = std::fmin(least.back(), value);
    return;
  }
  auto const missed = least.empty() ? 0 : std::min<std::int64_t>(number - end, capacity);
  least.insert(least.end(), static_cast<std::size_t>(missed),
               std::numeric_limits<float>::quiet_NaN());
  least.push_back(value);
  end = number + 1;
  if (least.size() > capacity)
    least.erase(least.begin(), least.end() - static_cast<std::ptrdiff_t>(capacity));
}

void history::add(double seconds, double value)
{
  if (!begun_) first_ = seconds;
  begun_ = true;
  last_ = seconds;
  for (auto& w : windows_)
    w.add(number_of(seconds - first_, w.step), static_cast<float>(value));
}

bool history::reaches(window const& w, double begin) const noexcept
{
  return &w == &windows_.back() || w.begin() <= number_of(begin - first_, w.step);
}

// The closest of those that go back so far.
history::window const& history::closest(double begin) const noexcept
{
  return *std::ranges::find_if(windows_, [&](window const& w) { return reaches(w, begin); });
}

std::vector<gauge_point> history::since(double begin) const
{
  begin = std::max(begin, first_);
  auto const& w = closest(begin);
  std::vector<gauge_point> points;
  for (auto n = std::max(w.begin(), number_of(begin - first_, w.step)); n < w.end; ++n)
    if (auto const value = w.least[static_cast<std::size_t>(n - w.begin())]; !std::isnan(value))
      points.push_back({first_ + static_cast<double>(n) * w.step, value});
  return points;
}

double history::barrier(double begin, double end, double width, double above_fall) const
{
  begin = std::max(begin, first_);
  auto highest = lowest;
  for (auto const& w : windows_)
  {
    auto const from = std::max(w.begin(), number_of(begin - first_, w.step));
    auto const to = std::min(w.end, number_of(end - first_, w.step) + 1);
    if (from >= to) continue;
    highest = std::max(
        highest,
        barrier_of(std::span(w.least).subspan(static_cast<std::size_t>(from - w.begin()),
                                              static_cast<std::size_t>(to - from)),
                   static_cast<std::size_t>(std::max(std::ceil(width / w.step), 1.0)), above_fall));
    if (reaches(w, begin)) break;
  }
  return highest;
}

double history::value_at(double seconds) const
{
  if (!begun_ || seconds < first_) return 0;
  auto const& w = closest(seconds);
  auto const from = std::max(w.begin(), number_of(seconds - first_, w.step)) - w.begin();
  auto const found = std::find_if(w.least.begin() + from, w.least.end(),
                                  [](float value) { return !std::isnan(value); });
  return found == w.least.end() ? 0 : *found;
}

std::size_t history::bytes() const noexcept
{
  std::size_t sum = 0;
  for (auto const& w : windows_)
    sum += w.least.capacity() * sizeof(float);
  return sum;
}

}  // namespace leaklab::model
