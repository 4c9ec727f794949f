// The guard of testing.hpp with leaklab::find_stuck_tasks: of the tasks left behind it names those that
// nothing can wake.
#include "proof.hpp"

#include <leaklab/proof.hpp>
#include <leaklab/testing.hpp>

#include <cstdio>
#include <stdexcept>
#include <string>
#include <string_view>

namespace
{

using namespace proof;

class guard_with_proof : public proof::test
{
 protected:
  std::string report()
  {
    return leaklab::testing::find_tasks_left(
        0, {.context = &context_, .patience = 0ms, .prove = find_stuck_tasks});
  }
};

#if LEAKLAB_PROVES

TEST_F(guard_with_proof, names_the_stuck_tasks_and_no_others)
{
  auto const held = make();
  (void)after(
      [&]
      {
        spawn(context_, receive_own(context_), "stuck");
        spawn(context_, receive(held), "live");
      });
  auto const text = report();
  auto const line = text.substr(text.rfind('\n', text.size() - 2) + 1);
  std::size_t count = 0;
  std::size_t first = 0;
  ASSERT_EQ(std::sscanf(line.c_str(), "nothing can wake %zu of them: %zu, ", &count, &first), 2)
      << text;
  EXPECT_GE(count, many / 2);  // old words hold the others
  EXPECT_LE(count, many);
  EXPECT_TRUE(line.ends_with(" and " + std::to_string(count - 20) + " more\n")) << line;
  auto const stuck = find_stuck_tasks();
  EXPECT_TRUE(std::ranges::is_sorted(stuck));
  EXPECT_GE(stuck.size(), many / 2);
  for_each_task(
      [&](task_info const& task)
      {
        if (task.name != std::string_view("live")) return;
        EXPECT_NE(task.id, first);
        EXPECT_FALSE(std::ranges::binary_search(stuck, task.id)) << task.id;
      });
}

TEST_F(guard_with_proof, says_that_none_is_stuck_where_the_test_has_the_channel)
{
  auto const held = make();
  (void)after([&] { spawn(context_, receive(held), "live"); });
  EXPECT_TRUE(report().ends_with(
      "\n\n... and 30 more\nnone is proven stuck: what they wait for can still be reached\n"))
      << report();
}

#else

TEST_F(guard_with_proof, says_why_nothing_is_known)
{
  spawn(context_, receive_own(context_), "stuck");
  EXPECT_NE(report().find("\nit is not known which of them are stuck: "), std::string::npos)
      << report();
  EXPECT_THROW((void)find_stuck_tasks(), std::runtime_error);
}

#endif

}  // namespace
