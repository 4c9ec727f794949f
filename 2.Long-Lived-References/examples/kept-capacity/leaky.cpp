// A device delivers everything that it has saved up, and after that a few readings at a time. How
// large does its inbox stay?
#include <runner/lab.hpp>

#include <numeric>
#include <span>
#include <vector>

using leaklab::awaitable;

namespace
{

constexpr std::size_t devices = 10'000;
constexpr std::size_t saved_up = 32 * 1024;  // readings, of 8 bytes
constexpr std::size_t usual = 4;

class inbox
{
 public:
  void handle(std::span<double const> delivered)
  {
    readings_.assign(delivered.begin(), delivered.end());
    total_ = std::accumulate(readings_.begin(), readings_.end(), total_);
    // the fault: clear() removes the readings and keeps the memory of the largest delivery ever
    readings_.clear();
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
