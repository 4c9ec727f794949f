// A batch keeps its files open until it is whole, then writes their last lines and closes them
// all. BATCH in the environment says how many files make one.
#include <runner/lab.hpp>
#include <world/temporary_directory.hpp>

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

using leaklab::awaitable;

static awaitable<void> scenario(leaklab::lab& lab)
{
  world::temporary_directory const folder;
  char const* const text = std::getenv("BATCH");
  std::size_t const whole = text ? std::strtoul(text, nullptr, 10) : 25;
  std::vector<std::ofstream> batch;
  for (auto clock = lab.ticks(); co_await clock.next();)
  {
    batch.emplace_back(folder.path() / std::to_string(batch.size() % 500)) << "begin\n";
    if (batch.size() == whole)
    {
      for (auto& file : batch)
        file << "one of " << whole << '\n';
      batch.clear();
    }
    lab.completed();
  }
}

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario,
                      {.name = "batch-scope",
                       .title = "Files that are closed together when their batch is whole",
                       .gauge = "fds",
                       .work = "files written",
                       .rate = 25});
}
