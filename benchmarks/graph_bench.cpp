// graph_bench: what a look for lost memory, and one for the holders of ten objects, cost in a heap of
// 1 GiB in 1,000,000 blocks that refer to each other, and of 100,000 tasks that wait, a line a measure, as heap_bench has it: its name, our
// figure, and 0, as there is no peer.
#include "graph/holders.hpp"
#include "graph/lost_objects.hpp"

#include <leaklab/channel.hpp>
#include <leaklab/heap.hpp>
#include <leaklab/spawn.hpp>

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <memory>
#include <random>
#include <vector>

namespace
{

struct block
{
  std::array<block*, 4> others{};
  std::array<char, 1024 - 4 * sizeof(block*)> text{};
};

leaklab::awaitable<void> wait(leaklab::channel<int>& nobody_sends)
{
  co_await nobody_sends.async_receive();
}

void line(char const* name, double ours)
{
  std::printf("%s %f 0\n", name, ours);
}

}  // namespace

int main()
{
  constexpr std::size_t count = 1'000'000;
  leaklab::set_heap_sampling_period(512 * 1024);
  std::vector<std::unique_ptr<block>> blocks(count);
  std::minstd_rand random;
  for (auto& each : blocks)
    each = std::make_unique<block>();
  for (auto& each : blocks)
    for (auto*& other : each->others)
      other = blocks[random() % count].get();

  constexpr int tasks = 100'000;
  boost::asio::io_context context{1};
  leaklab::channel<int> nobody_sends(context);
  for (int i = 0; i != tasks; ++i)
    leaklab::spawn(context, wait(nobody_sends), "task");
  context.poll();

  using milliseconds = std::chrono::duration<double, std::milli>;
  std::vector<double> times;
  double pause = 0;
  double bytes = 0;
  for (int i = 0; i != 7; ++i)
  {
    auto const lost = leaklab::graph::look_for_lost_objects();
    if (!lost.problem.empty() || lost.reached < count + tasks)
    {
      std::fprintf(stderr, "graph_bench: %zu blocks reached; %s\n",
                   static_cast<std::size_t>(lost.reached), lost.problem.c_str());
      return 1;
    }
    times.push_back(milliseconds(lost.time).count());
    pause = std::max(pause, milliseconds(lost.pause).count());
    bytes = std::max(bytes, static_cast<double>(lost.child_bytes));
  }
  std::ranges::nth_element(times, times.begin() + 3);
  line("mark_of_1_gib_ms", times[3]);
  line("mark_of_1_gib_pause_ms", pause);
  line("mark_of_1_gib_child_mib", bytes / 0x1p20);

  leaklab::graph::allocating_stacks everywhere;
  for (auto const& sample : leaklab::read_heap_samples())
    everywhere.push_back(sample.stack);
  for (auto& time : times)
  {
    auto const holders = leaklab::graph::look_for_holders({everywhere}, 10);
    if (!holders.problem.empty() || holders.paths.size() != 10)
    {
      std::fprintf(stderr, "graph_bench: holders of %zu objects; %s\n", holders.paths.size(),
                   holders.problem.c_str());
      return 1;
    }
    time = milliseconds(holders.time).count();
  }
  std::ranges::nth_element(times, times.begin() + 3);
  line("holders_in_1_gib_ms", times[3]);
}
