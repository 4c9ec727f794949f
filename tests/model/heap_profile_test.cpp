#include "model/heap_profile.hpp"

#include <leaklab/heap.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace
{

constexpr std::size_t block_size = 5121;
constexpr std::size_t block_count = 20'000;
int allocating_line;

struct block
{
  char bytes[block_size];
};

std::vector<std::unique_ptr<block>> allocate_blocks()
{
  std::vector<std::unique_ptr<block>> blocks(block_count);
  for (auto& each : blocks)
  {
    allocating_line = __LINE__ + 1;
    each = std::make_unique<block>();
  }
  return blocks;
}

TEST(heap_profile, a_planted_live_set_is_found_whole_on_the_line_that_allocated_it)
{
#if LEAKLAB_TCMALLOC
  ASSERT_EQ(leaklab::set_heap_sampling_period(16 * 1024), leaklab::sampling_switch::done);
#endif
  std::vector<std::unique_ptr<block>> blocks;
  std::thread([&] { blocks = allocate_blocks(); }).join();
  leaklab::symbols::symboliser symbols;
  auto const heap = leaklab::model::make_heap_profile(symbols);
  leaklab::set_heap_sampling_period(0);

  EXPECT_EQ(heap.name, "heap");
  ASSERT_EQ(heap.sample_types.size(), 2);
  EXPECT_EQ(heap.sample_types[0], (leaklab::model::value_type{"inuse_objects", "count"}));
  EXPECT_EQ(heap.sample_types[1], (leaklab::model::value_type{"inuse_space", "bytes"}));
  double objects = 0;
  double bytes = 0;
  double on_the_line = 0;
  std::size_t samples = 0;
  for (auto const& sample : heap.samples)
  {
    ASSERT_EQ(sample.labels.size(), 1);
    if (sample.labels[0].number != block_size) continue;
    ++samples;
    objects += static_cast<double>(sample.values[0]);
    bytes += static_cast<double>(sample.values[1]);
    bool found = false;
    for (auto const index : sample.stack)
      for (auto const& line : heap.locations[index].lines)
        found =
            found || (line.line == allocating_line && line.function.starts_with("allocate_blocks"));
    if (found) on_the_line += static_cast<double>(sample.values[1]);
  }
#if LEAKLAB_TCMALLOC
  constexpr double total = block_size * block_count;
  EXPECT_EQ(heap.period, 16 * 1024);
  EXPECT_NEAR(bytes, total, total * 0.1);
  EXPECT_NEAR(objects, block_count, block_count * 0.1);
  EXPECT_GE(on_the_line, bytes * 0.95);
  EXPECT_EQ(samples, 1) << "one stack and one size are one sample";
#else
  EXPECT_EQ(samples, 0);
#endif
}

}  // namespace
