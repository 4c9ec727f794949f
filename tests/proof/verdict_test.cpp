// /debug/leaks?prove=1: what is proven of a finding, and what is not.
#include "http/routes.hpp"
#include "proof.hpp"

#include <leaklab/heap.hpp>

#include <boost/json.hpp>

#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

namespace
{

using namespace leaklab::http;
namespace json = boost::json;

class proven_verdict : public proof::test
{
 protected:
  explicit proven_verdict(std::chrono::milliseconds patience = std::chrono::minutes(10))
      : watch_(patience)
  {
  }

  /// Ten samples a second, as the watch's thread takes them, and `build` before each.
  template <class Build>
  [[gnu::noinline]] void watch(int seconds, Build const& build)
  {
    for (int i = 0; i != 10 * seconds; ++i)
    {
      build(i);
      context_.restart();
      context_.poll();
      watch_.sample(now_ += 0.1);
    }
  }

  response get(std::string const& query, verb method = verb::get)
  {
    proof::wipe_stack();
    auto answer = answer_({method, "/debug/leaks", query, ""});
    while (answer.finish)
      answer = answer.finish();
    EXPECT_EQ(answer.status, 200) << query;
    return answer;
  }
  json::value as_json(std::string const& query) { return json::parse(get(query).body); }

  static bool has(std::string const& text, std::string_view part)
  {
    return text.find(part) != std::string::npos;
  }

  leaklab::model::leak_watch watch_;
  routes answer_{watch_};
  double now_ = 1000;
};

TEST_F(proven_verdict, is_given_for_the_asking_alone)
{
  watch(12, [&](int) { leaklab::spawn(context_, proof::receive_own(context_), "stuck"); });
  auto const text = get("").body;
  EXPECT_EQ(text, get("prove=0").body);
  EXPECT_EQ(text, get("prove=").body);
  EXPECT_FALSE(has(text, "\nProof:") || has(text, "proven:")) << text;
  EXPECT_TRUE(text.starts_with("growing\n")) << text;
  auto const plain = as_json("format=json");
  EXPECT_FALSE(plain.as_object().contains("proof"));
  EXPECT_FALSE(plain.at("findings").at(0).as_object().contains("proven"));
  EXPECT_EQ(get("prove=1", verb::head).status, 200);
  for (auto const* const query : {"prove=2", "prove=yes", "prove=-1&format=json"})
  {
    auto const refused = answer_({verb::get, "/debug/leaks", query, ""});
    EXPECT_EQ(refused.status, 400) << query;
    EXPECT_EQ(refused.body, "invalid value for \"prove\" - must be 0 or 1\n");
  }
}

#if LEAKLAB_PROVES

using namespace proof;

constexpr auto reachable = "none proven: what they wait for can still be reached";

TEST_F(proven_verdict, says_leaking_of_a_finding_whose_tasks_are_stuck)
{
  watch(12, [&](int) { spawn(context_, receive_own(context_), "stuck"); });
  auto const text = get("prove=1").body;
  EXPECT_TRUE(text.starts_with("leaking\n\ntasks: 120 in \"channel receive\": leaking, +10."))
      << text;
  EXPECT_TRUE(has(text, "\n  proven: nothing can wake ")) << text;
  EXPECT_TRUE(has(text, " of 120 waiting tasks are stuck; more: ")) << text;
  EXPECT_FALSE(has(text, "\nstuck: ")) << text;

  auto const all = as_json("prove=1&format=json");
  EXPECT_EQ(all.at("verdict"), "leaking");
  EXPECT_EQ(all.at("figures").at("tasks"), "leaking");
  auto const& leak = all.at("findings").at(0);
  EXPECT_EQ(leak.at("verdict"), "leaking");
  EXPECT_GE(leak.at("proven").at("tasks").to_number<int>(), 60);  // old words hold the others
  auto const& tasks = all.at("proof").at("tasks");
  EXPECT_TRUE(tasks.at("problem").is_null());
  EXPECT_EQ(tasks.at("stuck"), leak.at("proven").at("tasks"));
  EXPECT_EQ(tasks.at("waiting"), 120);
  EXPECT_TRUE(tasks.at("elsewhere").as_array().empty());
  EXPECT_GT(all.at("proof").at("pause_seconds").to_number<double>(), 0);
  EXPECT_GT(all.at("proof").at("mark_seconds").to_number<double>(), 0);
}

TEST_F(proven_verdict, proves_nothing_of_tasks_that_wait_on_a_channel_somebody_has)
{
  auto const held = make();
  watch(12, [&](int) { spawn(context_, receive(held), "live"); });
  auto const text = get("prove=1").body;
  EXPECT_TRUE(text.starts_with("growing\n")) << text;
  EXPECT_TRUE(has(text, reachable)) << text;
  EXPECT_TRUE(has(text, "\n  0 of 120 waiting tasks are stuck\n")) << text;
  auto const all = as_json("prove=1&format=json");
  EXPECT_EQ(all.at("findings").at(0).at("verdict"), "growing");
  EXPECT_EQ(all.at("findings").at(0).at("proven").at("tasks"), 0);
}

TEST_F(proven_verdict, is_not_changed_by_so_few_as_mean_nothing)
{
  auto const held = make();
  watch(12, [&](int i) { spawn(context_, receive(i % 30 == 0 ? make() : held), "mixed"); });
  auto const all = as_json("prove=1&format=json");
  EXPECT_EQ(all.at("verdict"), "growing");
  auto const proven = all.at("findings").at(0).at("proven").at("tasks").to_number<int>();
  EXPECT_GE(proven, 1);
  EXPECT_LE(proven, 4);
  EXPECT_TRUE(has(get("prove=1").body, "\n  proven: nothing can wake ")) << get("prove=1").body;
}

TEST_F(proven_verdict, names_the_places_of_stuck_tasks_that_no_finding_is_about)
{
  watch(12,
        [&](int i)
        {
          if (i % 30 == 0) spawn(context_, receive_own(context_), "stuck");
        });
  auto const text = get("prove=1").body;
  EXPECT_TRUE(text.starts_with("steady\n")) << text;
  EXPECT_TRUE(has(text, "\nstuck: ")) << text;
  EXPECT_TRUE(has(text, " tasks at places that are no finding\n")) << text;
  EXPECT_TRUE(has(text, "  waits in proof::receive_own(")) << text;
  auto const all = as_json("prove=1&format=json");
  EXPECT_EQ(all.at("verdict"), "steady");
  auto const& elsewhere = all.at("proof").at("tasks").at("elsewhere");
  ASSERT_EQ(elsewhere.as_array().size(), 1u) << all;
  EXPECT_EQ(elsewhere.at(0).at("what"), "channel receive");
  EXPECT_EQ(elsewhere.at(0).at("tasks"), all.at("proof").at("tasks").at("stuck"));
  EXPECT_TRUE(elsewhere.at(0).at("spawned_at").is_object());
}

class proven_late : public proven_verdict
{
 protected:
  proven_late() : proven_verdict(1500ms) {}
};

TEST_F(proven_late, says_leaking_of_what_has_stopped_and_not_that_it_goes_on)
{
  watch(5, [&](int) { spawn(context_, receive_own(context_), "stuck"); });
  watch(5, [](int) {});
  EXPECT_TRUE(get("").body.starts_with("held\n")) << get("").body;
  auto const text = get("prove=1").body;
  EXPECT_TRUE(text.starts_with("leaking\n\ntasks: 50 in \"channel receive\": leaking, rose by "))
      << text;
  EXPECT_TRUE(has(text, " ago and has not come back\n")) << text;
}

constexpr std::size_t block = 1 << 16;

class proven_heap : public proven_late
{
 protected:
  proven_heap() { set_heap_sampling_period(1 << 14); }
  ~proven_heap() override { set_heap_sampling_period(0); }
};

TEST_F(proven_heap, says_how_much_of_a_place_nothing_refers_to)
{
  watch(5, [&](int) { std::memset(std::malloc(block), 1, block); });
  auto const all = as_json("prove=1&format=json");
  auto const& leak = all.at("findings").at(0);
  ASSERT_EQ(leak.at("kind"), "heap") << all;
  EXPECT_GE(leak.at("proven").at("bytes").to_number<std::size_t>(), 25 * block);
  EXPECT_EQ(leak.at("places").at(0).at("lost_bytes"), leak.at("proven").at("bytes"));
  EXPECT_GE(all.at("proof").at("heap").at("lost_bytes").to_number<std::size_t>(), 25 * block);
  auto const text = get("prove=1").body;
  EXPECT_TRUE(has(text, "\n  proven: nothing refers to ")) << text;
  EXPECT_TRUE(has(text, " of memory are lost; more: ")) << text;
}

TEST_F(proven_heap, proves_nothing_of_memory_that_somebody_has)
{
  std::vector<void*> held;
  watch(5, [&](int) { held.push_back(std::memset(std::malloc(block), 1, block)); });
  auto const all = as_json("prove=1&format=json");
  auto const& leak = all.at("findings").at(0);
  ASSERT_EQ(leak.at("kind"), "heap") << all;
  EXPECT_EQ(leak.at("proven").at("bytes"), 0);
  EXPECT_TRUE(has(get("prove=1").body, "none proven: as far as it is sampled, "))
      << get("prove=1").body;
  for (auto* const each : held)
    std::free(each);
}

TEST_F(proven_verdict, says_that_the_heap_is_not_sampled)
{
  EXPECT_EQ(as_json("prove=1&format=json").at("proof").at("heap").at("problem"),
            "the heap is not sampled");
}

#else

TEST_F(proven_verdict, says_why_nothing_is_proven)
{
  watch(12, [&](int) { leaklab::spawn(context_, proof::receive_own(context_), "stuck"); });
  auto const text = get("prove=1").body;
  EXPECT_TRUE(text.starts_with("growing\n")) << text;
  EXPECT_TRUE(has(text, "\n  not known which tasks are stuck: ")) << text;
  auto const all = as_json("prove=1&format=json");
  EXPECT_TRUE(all.at("findings").at(0).at("proven").is_null());
  EXPECT_TRUE(all.at("proof").at("tasks").at("problem").is_string());
}

#endif

}  // namespace
