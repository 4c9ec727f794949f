// Stands in for leaklab::run in a fixed twin: the scenario is stopped after n steps, for every n up
// to STEPS, the last argument, once by destroying its context and once by asking it. Whatever it was
// doing, no task, no descriptor and no temporary folder of it is left. With --sparse ahead of STEPS,
// for builds in which this would take minutes, the later n lie up to ten apart.
#include <leaklab/process.hpp>

#include <boost/asio/io_context.hpp>
#include <runner/lab.hpp>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

namespace leaklab
{
namespace
{

using namespace std::chrono_literals;

constexpr double much_load = 10'000;  // events a second: the steps need not wait for the clock

std::size_t temporary_folders()
{
  auto const mine = "leaklab-" + std::to_string(getpid()) + "-";
  std::size_t count = 0;
  for (auto const& entry :
       std::filesystem::directory_iterator(std::filesystem::temp_directory_path()))
    if (entry.path().filename().string().starts_with(mine)) ++count;
  return count;
}

void take_steps(boost::asio::io_context& context, int steps)
{
  for (int i = 0; i != steps && context.run_one_for(1s) != 0; ++i)
  {
  }
}

bool left_behind(char const* how, int steps, std::size_t fds_before)
{
  auto const tasks = count_tasks().live;
  auto const fds = read_fd_counts().total;
  auto const folders = temporary_folders();
  if (tasks == 0 && fds <= fds_before && folders == 0) return false;
  std::fprintf(
      stderr,
      "%s after %d steps leaves %zu tasks, %zu descriptors of %zu before, %zu temporary folders\n",
      how, steps, static_cast<std::size_t>(tasks), fds, fds_before, folders);
  return true;
}

}  // namespace

int run(int argc, char** argv, scenario_function scenario, program_info const&)
{
  bool const sparse = argc > 2 && std::string_view(argv[1]) == "--sparse";
  int const most_steps = argc > 1 ? std::atoi(argv[argc - 1]) : 0;
  if (most_steps <= 0)
  {
    std::fprintf(stderr, "usage: %s [--sparse] STEPS\n", argv[0]);
    return 2;
  }
  {
    boost::asio::io_context first;
  }  // what Asio opens once a process
  auto const fds_before = read_fd_counts().total;
  for (int steps = 0; steps <= most_steps; steps += sparse ? 1 + steps / 20 : 1)
  {
    {
      boost::asio::io_context context{1};
      lab load(context.get_executor(), much_load);
      spawn(context, load.run(scenario), "scenario");
      take_steps(context, steps);
    }
    if (left_behind("destroying the context", steps, fds_before)) return 1;
    {
      boost::asio::io_context context{1};
      lab load(context.get_executor(), much_load);
      spawn(context, load.run(scenario), "scenario");
      take_steps(context, steps);
      load.stop();
      context.run();
    }
    if (left_behind("stopping", steps, fds_before)) return 1;
  }
  for (auto const& failure : task_failures())
  {
    std::fprintf(stderr, "task %s failed: %s\n", std::string(failure.name).c_str(),
                 failure.last_message.c_str());
    return 1;
  }
  return 0;
}

}  // namespace leaklab
