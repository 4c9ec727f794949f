#include "encode/pprof.hpp"
#include "encode/profile_message.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace
{

using namespace leaklab;

using test::message;

struct decoded : test::profile_message
{
  explicit decoded(model::profile const& profile) : profile_message(encode::encode_pprof(profile))
  {
  }
};

model::profile sample()
{
  model::profile profile;
  profile.name = "heap";
  profile.sample_types = {{"inuse_objects", "count"}, {"inuse_space", "bytes"}};
  profile.default_sample_type = "inuse_space";
  profile.period_type = {"space", "bytes"};
  profile.period = 65536;
  profile.mappings = {{0x1000, 0x2000, 0x100, "/bin/main", "abcd"},
                      {0x8000, 0x9000, 0, "/lib/x.so", ""}};
  symbols::source_line const shared{"outer()", "_Z5outerv", "/src/a.cpp", 9, 5};
  symbols::source_line other_line = shared;
  other_line.line = 11;
  profile.locations = {{0x8010, {{"inner(int)", "_Z5inneri", "/src/a.cpp", 7, 6}, shared}},
                       {0x1010, {other_line}},
                       {0xdead, {{"0xdead", "", "", 0, 0}}}};
  profile.samples = {{{0, 1}, {2, 300}, {{"bytes", "", 150, ""}, {"state", "waiting", 0, ""}}},
                     {{2}, {-1, -5}, {}}};
  profile.drop_frames = "malloc";
  profile.comments = {"one", "two"};
  profile.time_ns = 1'700'000'000'000'000'000;
  profile.duration_ns = 5'000'000'000;
  return profile;
}

TEST(pprof_encoder, the_header_says_what_was_measured_and_when)
{
  decoded const profile(sample());
  EXPECT_EQ(profile.text(0), "");
  auto const types = profile.all(1);
  ASSERT_EQ(types.size(), 2);
  EXPECT_EQ(profile.text(types[1].number(1)), "inuse_space");
  EXPECT_EQ(profile.text(types[1].number(2)), "bytes");
  EXPECT_EQ(profile.text(profile.all(11).at(0).number(1)), "space");
  EXPECT_EQ(profile.number(12), 65536);
  EXPECT_EQ(profile.text(profile.number(7)), "malloc");
  EXPECT_EQ(profile.number(9), 1'700'000'000'000'000'000);
  EXPECT_EQ(profile.number(10), 5'000'000'000);
  ASSERT_EQ(profile.numbers.at(13).size(), 2);
  EXPECT_EQ(profile.text(profile.numbers.at(13)[1]), "two");
  EXPECT_EQ(profile.text(profile.number(14)), "inuse_space");
}

TEST(pprof_encoder, ids_count_from_one_and_strings_and_functions_are_written_once)
{
  decoded const profile(sample());
  for (std::uint32_t const field : {3u, 4u, 5u})
  {
    std::int64_t expected = 0;
    for (auto const& each : profile.all(field))
      EXPECT_EQ(each.number(1), ++expected) << field;
  }
  EXPECT_EQ(profile.all(5).size(), 3);
  auto strings = profile.bytes.at(6);
  std::sort(strings.begin(), strings.end());
  EXPECT_EQ(std::unique(strings.begin(), strings.end()), strings.end());
}

TEST(pprof_encoder, samples_have_their_stack_values_and_labels)
{
  decoded const profile(sample());
  auto const samples = profile.all(2);
  ASSERT_EQ(samples.size(), 2);
  EXPECT_EQ(samples[0].packed(1), (std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(samples[0].packed(2), (std::vector<std::int64_t>{2, 300}));
  EXPECT_EQ(samples[1].packed(2), (std::vector<std::int64_t>{-1, -5}));
  ASSERT_EQ(samples[0].bytes.at(3).size(), 2);
  message const bytes(samples[0].bytes.at(3)[0]);
  message const state(samples[0].bytes.at(3)[1]);
  EXPECT_EQ(profile.text(bytes.number(1)), "bytes");
  EXPECT_EQ(bytes.number(3), 150);
  EXPECT_EQ(profile.text(bytes.number(4)), "");
  EXPECT_EQ(profile.text(state.number(1)), "state");
  EXPECT_EQ(profile.text(state.number(2)), "waiting");
  EXPECT_FALSE(state.numbers.contains(3)) << "a label is a text or a number, never both";
}

TEST(pprof_encoder, every_mapping_says_that_it_needs_no_symbols)
{
  decoded const profile(sample());
  for (auto const& mapping : profile.all(3))
    for (std::uint32_t const flag : {7u, 8u, 9u, 10u})
      EXPECT_EQ(mapping.number(flag), 1);
  message const main_binary = profile.all(3).at(0);
  EXPECT_EQ(main_binary.number(2), 0x1000);
  EXPECT_EQ(main_binary.number(3), 0x2000);
  EXPECT_EQ(main_binary.number(4), 0x100);
  EXPECT_EQ(profile.text(main_binary.number(5)), "/bin/main");
  EXPECT_EQ(profile.text(main_binary.number(6)), "abcd");
}

TEST(pprof_encoder, a_build_id_too_short_for_its_readers_is_left_out)
{
  model::profile odd = sample();
  odd.mappings.at(0).build_id = "a";
  EXPECT_EQ(decoded(odd).all(3).at(0).number(6), 0);
}

TEST(pprof_encoder, a_location_is_in_its_mapping_or_in_the_first_and_has_its_lines_innermost_first)
{
  decoded const profile(sample());
  auto const locations = profile.all(4);
  ASSERT_EQ(locations.size(), 3);
  EXPECT_EQ(locations[0].number(2), 2);
  EXPECT_EQ(locations[1].number(2), 1);
  EXPECT_EQ(locations[2].number(2), 1);
  EXPECT_EQ(locations[2].number(3), 0xdead);
  ASSERT_EQ(locations[0].bytes.at(4).size(), 2);
  message const inner(locations[0].bytes.at(4)[0]);
  message const outer(locations[0].bytes.at(4)[1]);
  message const again(locations[1].bytes.at(4)[0]);
  EXPECT_EQ(inner.number(2), 7);
  EXPECT_EQ(outer.number(2), 9);
  EXPECT_EQ(again.number(2), 11);
  EXPECT_EQ(outer.number(1), again.number(1)) << "one function, two lines";
  message const function = profile.all(5).at(static_cast<std::size_t>(inner.number(1)) - 1);
  EXPECT_EQ(profile.text(function.number(2)), "inner(int)");
  EXPECT_EQ(profile.text(function.number(3)), "_Z5inneri");
  EXPECT_EQ(profile.text(function.number(4)), "/src/a.cpp");
  EXPECT_EQ(function.number(5), 6);
}

TEST(pprof_encoder, a_profile_without_samples_is_still_a_profile)
{
  model::profile empty = sample();
  empty.samples.clear();
  empty.locations.clear();
  empty.mappings.clear();
  decoded const profile(empty);
  EXPECT_EQ(profile.all(1).size(), 2);
  EXPECT_TRUE(profile.all(2).empty());
}

}  // namespace
