// Stands in for leaklab::run in a twin: a second of its load under the guard of
// leaklab/testing.hpp, as a test.
#include <leaklab/testing.hpp>

#include <gtest/gtest.h>
#include <runner/lab.hpp>

#include <utility>

namespace
{

leaklab::scenario_function scenario;

TEST(scenario, leaves_nothing_behind)
{
  boost::asio::io_context context;
  leaklab::lab lab(context.get_executor(), 50);
  {
    leaklab::testing::task_leak_guard const guard(
        LEAKLAB_GOOGLETEST,
        {.context = &context,
         .allowed = {{"scenario", "waits for the lab's stop"},
                     {"consumer", "lives as long as the producers, by design"}}});
    leaklab::spawn(context, lab.run(scenario), "scenario");
    context.run_for(std::chrono::seconds(1));
    lab.hold();
  }
  lab.stop();
  context.run_for(std::chrono::seconds(1));
}

}  // namespace

int leaklab::run(int argc, char** argv, scenario_function of_the_twin, program_info const&)
{
  scenario = std::move(of_the_twin);
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
