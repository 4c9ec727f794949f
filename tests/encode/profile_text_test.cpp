#include "encode/profile_text.hpp"

#include <gtest/gtest.h>

#include <string>

namespace
{

using namespace leaklab;

model::profile two_places()
{
  model::profile profile;
  profile.name = "task";
  profile.sample_types = {{"task", "count"}};
  profile.locations = {
      {0x1000, {{"inner(int)", "", "/src/a.cpp", 7, 0}, {"outer()", "", "/src/a.cpp", 9, 0}}},
      {0x2000, {{"0x2000", "", "", 0, 0}}}};
  return profile;
}

TEST(profile_text, counts_are_grouped_by_stack_and_labels_and_sorted_by_count)
{
  model::profile profile = two_places();
  model::label const state{"state", "waiting \"long\"", 0, ""};
  model::label const wait{"wait", "", 60, "seconds"};
  profile.samples = {{{1}, {2}, {}},
                     {{0, 1}, {3}, {state, wait}},
                     {{1}, {4}, {}},
                     {{0, 1}, {5}, {state, wait}},
                     {{0, 1}, {1}, {}}};
  EXPECT_EQ(encode::encode_count_text(profile),
            "task profile: total 15\n"
            "8 @ 0x1001 0x2001\n"
            "# labels: {\"state\":\"waiting \\\"long\\\"\", \"wait\":\"60seconds\"}\n"
            "#\t0x1000\tinner(int)\t/src/a.cpp:7\n"
            "#\t0x1000\touter()\t/src/a.cpp:9\n"
            "#\t0x2000\t0x2000\n"
            "\n"
            "6 @ 0x2001\n"
            "#\t0x2000\t0x2000\n"
            "\n"
            "1 @ 0x1001 0x2001\n"
            "#\t0x1000\tinner(int)\t/src/a.cpp:7\n"
            "#\t0x1000\touter()\t/src/a.cpp:9\n"
            "#\t0x2000\t0x2000\n"
            "\n");
}

TEST(profile_text, no_samples_are_a_total_of_zero)
{
  EXPECT_EQ(encode::encode_count_text(two_places()), "task profile: total 0\n");
}

TEST(profile_text, a_sample_without_a_stack_is_left_out)
{
  model::profile profile = two_places();
  profile.samples = {{{}, {2}, {}}, {{1}, {1}, {}}};
  EXPECT_TRUE(
      encode::encode_count_text(profile).starts_with("task profile: total 1\n1 @ 0x2001\n"));
}

TEST(profile_text, the_heap_is_its_sum_its_records_by_size_and_the_statistics)
{
  model::profile profile = two_places();
  profile.sample_types = {{"inuse_objects", "count"}, {"inuse_space", "bytes"}};
  profile.period = 65536;
  profile.samples = {{{1}, {10, 100}, {}}, {{0, 1}, {2, 4000}, {}}};
  heap_stats heap;
  heap.tcmalloc = true;
  heap.in_use_bytes = 4242;
  process_stats process;
  process.fds.total = 17;
  std::string const text = encode::encode_heap_text(profile, heap, process);
  EXPECT_TRUE(
      text.starts_with("heap profile: 12: 4100 [12: 4100] @ heapprofile\n"
                       "2: 4000 [2: 4000] @ 0x1001 0x2001\n"
                       "#\t0x1000\tinner(int)\t/src/a.cpp:7\n"
                       "#\t0x1000\touter()\t/src/a.cpp:9\n"
                       "#\t0x2000\t0x2000\n"
                       "\n"
                       "10: 100 [10: 100] @ 0x2001\n"
                       "#\t0x2000\t0x2000\n"
                       "\n"))
      << text;
  for (auto const* line : {"\n# sampling_period_bytes = 65536\n", "\n# tcmalloc = true\n",
                           "\n# in_use_bytes = 4242\n", "\n# fds = 17\n"})
    EXPECT_NE(text.find(line), std::string::npos) << line;
}

TEST(profile_text, counted_allocations_stand_in_the_brackets)
{
  model::profile profile = two_places();
  profile.sample_types = {{"alloc_objects", "count"},
                          {"alloc_space", "bytes"},
                          {"inuse_objects", "count"},
                          {"inuse_space", "bytes"}};
  profile.samples = {{{1}, {30, 300, 10, 100}, {}}};
  EXPECT_TRUE(
      encode::encode_heap_text(profile, {}, {})
          .starts_with(
              "heap profile: 10: 100 [30: 300] @ heapprofile\n10: 100 [30: 300] @ 0x2001\n"));
}

TEST(profile_text, the_legacy_heap_has_addresses_alone_and_the_maps)
{
  model::profile profile = two_places();
  profile.name = "growth";
  profile.sample_types = {{"objects", "count"}, {"space", "bytes"}};
  profile.samples = {{{0, 1}, {2, 4000}, {}}};
  EXPECT_EQ(encode::encode_legacy_heap(profile, "the maps\n"),
            "heap profile: 2: 4000 [2: 4000] @ growth\n"
            "2: 4000 [2: 4000] @ 0x1000 0x2001\n"
            "\nMAPPED_LIBRARIES:\n"
            "the maps\n");
}

TEST(profile_text, for_google_pprof_the_names_may_come_first)
{
  model::profile profile;
  profile.name = "holders";
  profile.sample_types = {{"inuse_objects", "count"}, {"inuse_space", "bytes"}};
  profile.mappings = {{0, 0, 0, "/bin/service", ""}};
  profile.locations = {{0x4000000000000001, {{"insert(int)", "", "/src/a.cpp", 7, 0}}},
                       {0x4000000000000003, {{"variable cache", "", "", 0, 0}}}};
  profile.samples = {{{0, 1}, {2, 300}, {}}};
  EXPECT_EQ(encode::encode_symbolised_heap(profile),
            "--- symbol\n"
            "binary=/bin/service\n"
            "0x4000000000000001 insert(int)\n"
            "0x4000000000000003 variable cache\n"
            "---\n"
            "heap profile: 2: 300 [2: 300] @ heapprofile\n"
            "2: 300 [2: 300] @ 0x4000000000000001 0x4000000000000003\n");
}

}  // namespace
