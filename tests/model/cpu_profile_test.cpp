#include "model/cpu_profile.hpp"

#include "probe/cpu_profiler.hpp"

#include <leaklab/heap.hpp>

#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

namespace
{

using namespace leaklab;

model::profile read(std::vector<std::uintptr_t> const& words)
{
  symbols::symboliser symbols;
  std::string_view const bytes(reinterpret_cast<char const*>(words.data()),
                               words.size() * sizeof(words[0]));
  return model::make_cpu_profile(bytes, std::chrono::seconds(2), symbols);
}

TEST(cpu_profile, records_of_one_stack_are_one_sample_and_only_the_leaf_is_exact)
{
  auto const cpu = read(
      {0, 3, 0, 10'000, 0, 2, 2, 0x100, 0x201, 1, 1, 0x100, 3, 2, 0x100, 0x201, 0, 1, 0, 0x6d});
  EXPECT_EQ(cpu.period, 10'000'000);
  EXPECT_EQ(cpu.duration_ns, 2'000'000'000);
  ASSERT_EQ(cpu.samples.size(), 2);
  std::int64_t both = 0;
  for (auto const& sample : cpu.samples)
  {
    EXPECT_EQ(cpu.locations.at(sample.stack.at(0)).address, 0x100);
    EXPECT_EQ(sample.values[1], sample.values[0] * 10'000'000);
    if (sample.stack.size() == 1) continue;
    EXPECT_EQ(cpu.locations.at(sample.stack.at(1)).address, 0x200);
    both = sample.values[0];
  }
  EXPECT_EQ(both, 5);
}

TEST(cpu_profile, what_is_cut_off_ends_it)
{
  EXPECT_TRUE(read({}).samples.empty());
  EXPECT_TRUE(read({0, 3, 0, 10'000}).samples.empty());
  EXPECT_EQ(read({0, 3, 0, 10'000, 0, 1, 1, 0x100, 1, 50, 0x200}).samples.size(), 1);
}

#if LEAKLAB_TCMALLOC

TEST(cpu_profiler, there_is_one_at_a_time)
{
  {
    cpu_profiler const first;
    EXPECT_THROW(cpu_profiler{}, cpu_profiler_busy);
  }
  cpu_profiler next;
  auto const recorded = next.stop();
  ASSERT_GE(recorded.size(), 5 * sizeof(std::uintptr_t));
  cpu_profiler const free_again;
}

// The lock of the profiler and those of tcmalloc: without care both sides wait, within a second of
// this.
TEST(cpu_profiler, ends_while_threads_that_it_interrupts_allocate)
{
  set_heap_sampling_period(16);
  std::atomic<bool> ending = false;
  std::vector<std::thread> threads;
  for (int i = 0; i != 3; ++i)
    threads.emplace_back(
        [&]
        {
          while (!ending)
            for (int round = 0; round != 3000; ++round)
              std::free(std::malloc(32));
        });
  for (int round = 0; round != 200; ++round)
  {
    cpu_profiler recording;
    std::this_thread::sleep_for(
        std::chrono::milliseconds(12));  // longer than the time between two signals
    EXPECT_GT(recording.stop().size(), 0U);
  }
  ending = true;
  for (auto& each : threads)
    each.join();
  set_heap_sampling_period(0);
}

TEST(cpu_profiler, a_program_that_has_taken_the_signal_is_told_so)
{
  struct sigaction ignore
  {
  };
  ignore.sa_handler = [](int) {};
  struct sigaction before
  {
  };
  ASSERT_EQ(sigaction(SIGPROF, &ignore, &before), 0);
  EXPECT_THROW(cpu_profiler{}, cpu_profiler_unavailable);
  ASSERT_EQ(sigaction(SIGPROF, &before, nullptr), 0);
  cpu_profiler const free_again;
}

#else

TEST(cpu_profiler, is_not_there)
{
  EXPECT_THROW(cpu_profiler{}, cpu_profiler_unavailable);
}

#endif

}  // namespace
