// A loop writes one report after the other, and a guard closes each. When does the guard get to it?
#include <runner/lab.hpp>
#include <world/scope_guard.hpp>
#include <world/temporary_directory.hpp>

#include <cerrno>
#include <cstdio>
#include <string>
#include <system_error>

using leaklab::awaitable;

namespace
{

constexpr int reports = 500;

std::FILE* create(std::string const& path)
{
  std::FILE* const file = std::fopen(path.c_str(), "w");
  if (!file) throw std::system_error(errno, std::generic_category(), path);
  return file;
}

awaitable<void> scenario(leaklab::lab& lab)
{
  world::temporary_directory const folder;
  int report = 0;
  world::exit_stack guards;
  for (auto clock = lab.ticks(); co_await clock.next(); report = (report + 1) % reports)
  {
    std::FILE* const file = create(folder.path() / std::to_string(report));
    // the fault: the guard lives as long as the function, so each file stays open until the loop
    // ends
    guards.push([file] { std::fclose(file); });
    std::fprintf(file, "report %d\n", report);
    lab.completed();
  }
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
