#include <leaklab/heap.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <thread>
#include <vector>

namespace
{

/// Blocks that live as long as this. Allocated on a new thread, which takes a new sampling period over at
/// once.
class live_set
{
 public:
  live_set(std::size_t size, std::size_t count) : blocks_(count)
  {
    std::thread(
        [this, size]
        {
          for (void*& block : blocks_) block = std::malloc(size);
        })
        .join();
  }
  ~live_set()
  {
    for (void* const block : blocks_) std::free(block);
  }
  live_set(live_set const&) = delete;
  live_set& operator=(live_set const&) = delete;

 private:
  std::vector<void*> blocks_;
};

#if LEAKLAB_TCMALLOC

double sampled_bytes(std::size_t size)
{
  double bytes = 0;
  for (auto const& sample : leaklab::read_heap_samples())
    if (sample.size == size) bytes += sample.bytes;
  return bytes;
}

class heap_sampling : public testing::Test
{
 protected:
  void SetUp() override { ASSERT_TRUE(leaklab::set_heap_sampling_period(period)); }
  void TearDown() override { leaklab::set_heap_sampling_period(0); }

  static constexpr std::int64_t period = 64 * 1024;
};

TEST_F(heap_sampling, the_live_set_reads_within_ten_percent_for_every_size)
{
  // 5121 lies just above a size class, where weighting by the requested size reads 17 % too much. A short
  // period keeps the sampling noise, one part in sqrt(100 MB / period), eight times below what is tested.
  ASSERT_TRUE(leaklab::set_heap_sampling_period(16 * 1024));
  for (std::size_t const size : {64u, 1000u, 5121u, 40000u, 300000u})
  {
    constexpr std::size_t total = 100'000'000;
    live_set const blocks(size, total / size);
    EXPECT_NEAR(sampled_bytes(size), total, total * 0.1) << size;
  }
}

TEST_F(heap_sampling, freed_objects_leave_the_samples)
{
  constexpr std::size_t size = 7777;
  {
    live_set const blocks(size, 1000);
    EXPECT_GT(sampled_bytes(size), 0);
  }
  EXPECT_EQ(sampled_bytes(size), 0);
}

TEST_F(heap_sampling, samples_stay_when_sampling_stops_and_no_new_ones_come)
{
  live_set const earlier(3333, 10'000);
  double const before = sampled_bytes(3333);
  ASSERT_GT(before, 0);
  ASSERT_TRUE(leaklab::set_heap_sampling_period(0));
  ASSERT_TRUE(leaklab::set_heap_sampling_period(0));
  EXPECT_EQ(leaklab::heap_sampling_period(), 0);
  live_set const later(4444, 10'000);
  EXPECT_EQ(sampled_bytes(3333), before);
  EXPECT_EQ(sampled_bytes(4444), 0);
}

TEST_F(heap_sampling, a_sample_has_the_stack_of_its_allocation)
{
  live_set const blocks(9999, 1000);
  std::size_t found = 0;
  for (auto const& sample : leaklab::read_heap_samples())
  {
    if (sample.size != 9999) continue;
    ++found;
    EXPECT_GE(sample.stack.size(), 2);
    EXPECT_GE(sample.objects, 1);
    EXPECT_DOUBLE_EQ(sample.bytes, sample.objects * 9999);
  }
  EXPECT_GT(found, 0);
}

TEST_F(heap_sampling, the_period_is_what_was_set)
{
  EXPECT_EQ(leaklab::heap_sampling_period(), period);
  ASSERT_TRUE(leaklab::set_heap_sampling_period(-1));
  EXPECT_EQ(leaklab::heap_sampling_period(), 0);
}

TEST(heap, the_figures_add_up)
{
  auto const stats = leaklab::read_heap_stats();
  EXPECT_TRUE(stats.tcmalloc);
  EXPECT_EQ(stats.heap_bytes, stats.in_use_bytes + stats.free_bytes + stats.unmapped_bytes +
                                  stats.thread_cache_bytes + stats.central_cache_bytes);
}

TEST(heap, bytes_in_use_move_by_what_is_allocated_and_freed)
{
  constexpr std::size_t total = 64 << 20;
  auto const before = leaklab::read_heap_stats().in_use_bytes;
  std::uint64_t during = 0;
  {
    live_set const blocks(1 << 20, 64);
    during = leaklab::read_heap_stats().in_use_bytes;
  }
  auto const after = leaklab::read_heap_stats().in_use_bytes;
  EXPECT_NEAR(static_cast<double>(during - before), total, total * 0.01);
  EXPECT_NEAR(static_cast<double>(after), static_cast<double>(before), total * 0.01);
}

#else

TEST(heap, without_tcmalloc_there_is_no_sampling_and_nothing_pretends_otherwise)
{
  EXPECT_FALSE(leaklab::set_heap_sampling_period(64 * 1024));
  live_set const blocks(5000, 1000);
  EXPECT_EQ(leaklab::heap_sampling_period(), 0);
  EXPECT_TRUE(leaklab::read_heap_samples().empty());
  EXPECT_FALSE(leaklab::read_heap_stats().tcmalloc);
}

#endif

}  // namespace
