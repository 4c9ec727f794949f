// The guard of testing.hpp with leaklab::find_stuck_tasks: of the tasks left behind it names those that
// nothing can wake.
#include "proof.hpp"

#include <leaklab/proof.hpp>
#include <leaklab/testing.hpp>

#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

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
  ASSERT_EQ(std::sscanf(line.c_str(), "nothing can wake %zu of them: ", &count), 1) << text;
  EXPECT_GE(count, many * 9 / 10);
  EXPECT_LE(count, many);
  auto const stuck = find_stuck_tasks();
  EXPECT_EQ(stuck.size(), count);
  EXPECT_TRUE(std::ranges::is_sorted(stuck));
  for (auto const id : stuck)
    EXPECT_EQ(id % 2, 1u) << "the live ones have even numbers";
  EXPECT_NE(line.find(" of them: " + std::to_string(stuck.front()) + ", "), line.npos) << line;
  EXPECT_TRUE(line.ends_with(" and " + std::to_string(count - 20) + " more\n")) << line;
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
