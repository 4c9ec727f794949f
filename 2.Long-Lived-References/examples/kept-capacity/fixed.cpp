// A device delivers everything that it has saved up, and after that a few readings at a time. How
// large does its inbox stay?
#include <runner/lab.hpp>

#include <algorithm>
#include <numeric>
#include <span>
#include <vector>

using leaklab::awaitable;

namespace
{

constexpr std::size_t devices = 10'000;
constexpr std::size_t saved_up = 32 * 1024;  // readings, of 8 bytes
constexpr std::size_t usual = 4;
constexpr std::size_t high_water = 64;

class inbox
{
 public:
  void handle(std::span<double const> delivered)
  {
    readings_.assign(delivered.begin(), delivered.end());
    total_ = std::accumulate(readings_.begin(), readings_.end(), total_);
    readings_.clear();
    // the cure: above a high-water mark, memory goes back when less than half of it was needed
    if (readings_.capacity() > std::max(high_water, 2 * delivered.size()))
      readings_.shrink_to_fit();
  }

 private:
  std::vector<double> readings_;
  double total_ = 0;
};

awaitable<void> scenario(leaklab::lab& lab)
{
  std::vector<double> const delivery(saved_up, 21.5);
  std::vector<inbox> inboxes(devices);
  std::size_t device = 0;
  for (auto clock = lab.ticks(); co_await clock.next(); device = (device + 1) % devices)
  {
    inboxes[device].handle(delivery);
    inboxes[device].handle(std::span(delivery).first(usual));
    lab.completed();
  }
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
