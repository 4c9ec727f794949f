#include "options.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <vector>

namespace
{

using namespace leaklab;
using namespace std::chrono_literals;

constexpr program_info program{.name = "sample-leaky", .title = "A sample", .rate = 25};

std::variant<options, int> parse(std::initializer_list<char const*> arguments)
{
  std::vector<char const*> argv{"sample-leaky"};
  argv.insert(argv.end(), arguments);
  return parse_options(static_cast<int>(argv.size()), argv.data(), program);
}

TEST(options, have_the_documented_defaults)
{
  auto const o = std::get<options>(parse({}));
  EXPECT_EQ(o.endpoint.address, "127.0.0.1");
  EXPECT_EQ(o.endpoint.port, 6060);
  EXPECT_EQ(o.duration, 10s);
  EXPECT_EQ(o.interval, 2s);
  EXPECT_EQ(o.rate, 25);
  EXPECT_FALSE(o.once);
  EXPECT_EQ(o.expect, expectation::none);
  EXPECT_EQ(o.max_rss, 1u << 30);
  EXPECT_EQ(o.max_fds, 900u);
}

TEST(options, take_what_they_say)
{
  auto const o = std::get<options>(
      parse({"--port", "0", "--duration", "500ms", "--rate", "0.5", "--expect", "leak", "--once",
             "--json", "--max-rss", "64MiB", "--max-fds", "50"}));
  EXPECT_EQ(o.endpoint.port, 0);
  EXPECT_EQ(o.duration, 500ms);
  EXPECT_EQ(o.rate, 0.5);
  EXPECT_EQ(o.expect, expectation::leak);
  EXPECT_TRUE(o.once && o.json);
  EXPECT_EQ(o.max_rss, 64u << 20);
  EXPECT_EQ(o.max_fds, 50u);
}

TEST(options, mistake_is_one_line_on_stderr_and_status_2)
{
  for (auto const& mistake :
       std::initializer_list<std::initializer_list<char const*>>{{"--duration", "5x"},
                                                                 {"--duration", "0s"},
                                                                 {"--rate", "-1"},
                                                                 {"--rate", "nan"},
                                                                 {"--rate", "fast"},
                                                                 {"--port", "65536"},
                                                                 {"--port", "-1"},
                                                                 {"--expect", "maybe"},
                                                                 {"--max-rss", "1GB"},
                                                                 {"--max-fds", "0"},
                                                                 {"--no-such-option"},
                                                                 {"stray"},
                                                                 {"--duration"}})
  {
    testing::internal::CaptureStderr();
    auto const result = parse(mistake);
    auto const text = testing::internal::GetCapturedStderr();
    ASSERT_EQ(std::get<int>(result), 2) << *mistake.begin();
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1) << text;
    EXPECT_TRUE(text.starts_with("sample-leaky: ")) << text;
  }
}

}  // namespace
