#include "parse/quantity.hpp"

#include <gtest/gtest.h>

namespace
{

using namespace leaklab;
using namespace std::chrono_literals;

TEST(quantity, durations_have_a_unit)
{
  EXPECT_EQ(parse_duration("500ms"), 500ms);
  EXPECT_EQ(parse_duration("10s"), 10s);
  EXPECT_EQ(parse_duration("2m"), 2min);
  for (auto const* text : {"", "5", "5x", "0s", "-1s", "1.5s", " 1s", "1s ", "s",
                           "99999999999999999999s", "9999999999m"})
    EXPECT_FALSE(parse_duration(text)) << text;
}

TEST(quantity, sizes_have_a_unit)
{
  EXPECT_EQ(parse_size("4096B"), 4096u);
  EXPECT_EQ(parse_size("64KiB"), 65536u);
  EXPECT_EQ(parse_size("1GiB"), 1073741824u);
  for (auto const* text : {"", "5", "1GB", "0MiB", "-1B", "99999999999GiB"})
    EXPECT_FALSE(parse_size(text)) << text;
}

TEST(quantity, counts_have_none)
{
  EXPECT_EQ(parse_count("900"), 900u);
  for (auto const* text : {"", "0", "-1", "1k"})
    EXPECT_FALSE(parse_count(text)) << text;
}

TEST(quantity, durations_print_as_they_are_typed)
{
  EXPECT_EQ(to_string(2000ms), "2s");
  EXPECT_EQ(to_string(1500ms), "1500ms");
}

}  // namespace
