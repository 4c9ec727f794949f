// Who waits for whom, as a graph by itself.
#include "model/wait_cycles.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace
{

using leaklab::model::find_wait_cycles;
using leaklab::model::wait_edge;
using cycle = std::vector<wait_edge>;

TEST(wait_cycles, are_not_where_nobody_is_waited_for_by_whom_he_waits_for)
{
  EXPECT_TRUE(find_wait_cycles({}).empty());
  EXPECT_TRUE(find_wait_cycles({{1, 0, 2}, {2, 1, 3}, {1, 2, 3}}).empty());
}

TEST(wait_cycles, go_round)
{
  auto const found = find_wait_cycles({{7, 1, 5}, {5, 0, 7}});
  ASSERT_EQ(found.size(), 1);
  EXPECT_EQ(found[0], (cycle{{5, 0, 7}, {7, 1, 5}}));
}

TEST(wait_cycles, are_the_shortest_and_one_for_each_set)
{
  auto const found = find_wait_cycles(
      {{1, 0, 2}, {2, 1, 3}, {3, 2, 1}, {2, 1, 1}, {3, 9, 10}, {10, 3, 11}, {11, 4, 10}});
  ASSERT_EQ(found.size(), 2);
  EXPECT_EQ(found[0], (cycle{{1, 0, 2}, {2, 1, 1}}));
  EXPECT_EQ(found[1], (cycle{{10, 3, 11}, {11, 4, 10}}));
}

TEST(wait_cycles, of_one_task_are_its_own)
{
  auto const found = find_wait_cycles({{4, 0, 4}});
  ASSERT_EQ(found.size(), 1);
  EXPECT_EQ(found[0], (cycle{{4, 0, 4}}));
}

}  // namespace
