// What a seed decides: the fault of the shop, when it comes, and the load of its clients. The same
// seed is the same on every machine: nothing here is left to the standard library's distributions,
// whose results differ from one library to the next.
#pragma once

#include "faults.hpp"

#include <array>
#include <cstdint>
#include <numeric>
#include <utility>

namespace shop
{

/// SplitMix64, from Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014).
class random_numbers
{
 public:
  explicit constexpr random_numbers(std::uint64_t seed) noexcept : state_(seed) {}

  constexpr std::uint64_t operator()() noexcept
  {
    state_ += 0x9e3779b97f4a7c15;
    auto z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  /// From 0 to `end` - 1, which is far below 2^32: the bias is of no account here.
  constexpr std::uint64_t below(std::uint64_t end) noexcept { return ((*this)() >> 32) % end; }

  /// From 0 to 1, without 1.
  constexpr double share() noexcept { return static_cast<double>((*this)() >> 11) * 0x1p-53; }

  constexpr bool one_in(std::uint64_t n) noexcept { return below(n) == 0; }

 private:
  std::uint64_t state_;
};

/// How the clients behave. The parts of `mix` are by the order of client kinds in load.cpp.
struct load_plan
{
  double requests_per_second = 80;
  double day_seconds = 60;     ///< of the ramp: from quiet to busy and back
  double day_swing = 0.25;     ///< by which part of the mean the load swings
  double burst_seconds = 17;   ///< of the sawtooth
  double burst_height = 0.3;   ///< of the mean, where a burst begins
  double bad_share = 0.08;     ///< of requests that are mistaken, on top
  double silent_share = 0.25;  ///< of what partners are asked, and never answer
};

struct seeded
{
  fault has = fault::blocked_send;
  double begins_after = 0;  ///< seconds
  load_plan load;
};

/// Seeds 1 to 28 have each fault once, 29 to 56 again in another order, and so on. The load is
/// drawn apart from the fault, so that the one does not tell the other.
[[nodiscard]] constexpr seeded from_seed(std::uint64_t seed) noexcept
{
  auto const round = (seed - 1) / number_of_faults;
  random_numbers shuffle(0x5e11 + round);
  std::array<std::uint8_t, number_of_faults> order{};
  std::iota(order.begin(), order.end(), std::uint8_t{0});
  for (std::size_t last = order.size() - 1; last != 0; --last)
    std::swap(order[last], order[shuffle.below(last + 1)]);

  random_numbers draw(0x10ad00 + seed);
  auto const between = [&draw](double low, double high)
  { return low + draw.share() * (high - low); };
  seeded made;
  made.has = static_cast<fault>(order[(seed - 1) % number_of_faults]);
  made.begins_after = between(5, 20);
  made.load.requests_per_second = between(60, 140);
  made.load.day_seconds = between(40, 90);
  made.load.day_swing = between(0.1, 0.3);
  made.load.burst_seconds = between(9, 25);
  made.load.burst_height = between(0.1, 0.4);
  made.load.bad_share = between(0.03, 0.12);
  made.load.silent_share = between(0.2, 0.3);
  return made;
}

}  // namespace shop
