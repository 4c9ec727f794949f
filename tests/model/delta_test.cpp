#include "model/delta.hpp"

#include <gtest/gtest.h>

namespace
{

using namespace leaklab::model;

profile heap_with(std::vector<leaklab::symbols::location> locations,
                  std::vector<leaklab::model::sample> samples)
{
  profile made;
  made.name = "heap";
  made.sample_types = {{"inuse_objects", "count"}, {"inuse_space", "bytes"}};
  made.locations = std::move(locations);
  made.samples = std::move(samples);
  return made;
}

label bytes(std::int64_t size)
{
  return {"bytes", "", size, ""};
}

TEST(delta, equal_stacks_and_labels_are_subtracted_whatever_their_indices)
{
  auto earlier = heap_with({{0x10, {}}, {0x20, {}}}, {{{0, 1}, {1, 100}, {bytes(100)}}});
  auto later = heap_with({{0x20, {}}, {0x10, {}}},
                         {{{1, 0}, {3, 300}, {bytes(100)}}, {{1, 0}, {1, 7}, {bytes(7)}}});
  earlier.time_ns = 1'000;
  later.time_ns = 3'500;
  auto const change = difference(later, earlier);
  EXPECT_EQ(change.name, "heap-delta");
  EXPECT_EQ(change.duration_ns, 2'500);
  ASSERT_EQ(change.samples.size(), 2);
  EXPECT_EQ(change.samples[0].values, (std::vector<std::int64_t>{2, 200}));
  EXPECT_EQ(change.samples[1].values, (std::vector<std::int64_t>{1, 7}));
}

TEST(delta, what_has_gone_is_below_zero_and_what_has_not_changed_is_left_out)
{
  auto const earlier =
      heap_with({{0x10, {}}, {0x30, {}}}, {{{0}, {5, 50}, {}}, {{1}, {2, 20}, {}}});
  auto const later = heap_with({{0x10, {}}}, {{{0}, {5, 50}, {}}});
  auto const change = difference(later, earlier);
  ASSERT_EQ(change.samples.size(), 1);
  EXPECT_EQ(change.samples[0].values, (std::vector<std::int64_t>{-2, -20}));
  EXPECT_EQ(change.locations.at(change.samples[0].stack.at(0)).address, 0x30);
}

}  // namespace
