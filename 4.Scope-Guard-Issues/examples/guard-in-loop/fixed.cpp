// A loop writes one report after the other, each into a file of its own. When is a file closed?
#include <runner/lab.hpp>
#include <world/temporary_directory.hpp>

#include <fstream>
#include <string>

using leaklab::awaitable;

namespace
{

constexpr int reports = 500;

awaitable<void> scenario(leaklab::lab& lab)
{
  world::temporary_directory const folder;
  int report = 0;
  for (auto clock = lab.ticks(); co_await clock.next(); report = (report + 1) % reports)
  {
    auto const path = folder.path() / std::to_string(report);
    // the cure: the owner of the file lives as long as the iteration, and then closes it
    std::ofstream file(path);
    file << "report " << report << '\n';
    lab.completed();
  }
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
