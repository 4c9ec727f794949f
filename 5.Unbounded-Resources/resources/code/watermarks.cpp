// A fast producer, a slow consumer, and three pairs of marks that stop the producer and let it go on.
// How often is it stopped, and how full does the queue become?
#include <fmt/format.h>

#include <algorithm>
#include <random>

namespace
{

struct outcome
{
  int most = 0;
  int stops = 0;
  long done = 0;
  int idle = 0;
};

/// The producer makes 8 pieces in a step, the consumer takes 4 on average, between 0 and 8. The
/// producer hears of a stop or a go two steps later, as a peer does over a network.
outcome run(int high, int low)
{
  std::mt19937 source(1);
  std::uniform_int_distribution<int> takes(0, 8);
  outcome result;
  int queued = 0;
  bool stopped = false;
  bool heard[2] = {};
  for (int step = 0; step != 10'000; ++step)
  {
    if (!heard[step % 2]) queued += 8;
    result.most = std::max(result.most, queued);
    int const wanted = takes(source);
    int const taken = std::min(queued, wanted);
    result.idle += taken < wanted ? 1 : 0;
    queued -= taken;
    result.done += taken;
    if (!stopped && queued >= high)
    {
      stopped = true;
      ++result.stops;
    }
    else if (stopped && queued <= low)
      stopped = false;
    heard[step % 2] = stopped;
  }
  return result;
}

}  // namespace

int main()
{
  fmt::print("high   low   fullest   stops   steps in which the consumer ran dry   done\n");
  for (auto const& [high, low] : {std::pair{32, 31}, std::pair{32, 16}, std::pair{32, 0}})
  {
    auto const of = run(high, low);
    fmt::print("{:>4} {:>5} {:>9} {:>7} {:>37} {:>6}\n", high, low, of.most, of.stops, of.idle,
               of.done);
  }
}
