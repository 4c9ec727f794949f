// The guard of leaklab/testing.hpp on the scenario of a twin, whose source is TWIN: a second of its load, and
// what is left after it.
#define main run_twin
#include TWIN
#undef main

#include <leaklab/testing.hpp>

#include <gtest/gtest.h>

leaklab::program_info const leaklab::this_program{};

TEST(scenario, leaves_nothing_behind)
{
  boost::asio::io_context context;
  leaklab::lab lab(context.get_executor(), 50);
  {
    leaklab::testing::task_leak_guard const guard(
        LEAKLAB_GOOGLETEST, {.context = &context,
                             .allowed = {{"scenario", "waits for the lab's stop"},
                                         {"consumer", "lives as long as the producers, by design"},
                                         {"handler", "serves the one client, which stays connected"}}});
    leaklab::spawn(context, lab.run(scenario), "scenario");
    context.run_for(std::chrono::seconds(1));
    lab.hold();
  }
  lab.stop();
  context.run_for(std::chrono::seconds(1));
}
