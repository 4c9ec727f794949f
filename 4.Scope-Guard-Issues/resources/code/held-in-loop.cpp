// A function opens a file in each turn of its loop. How many are open in the last turn, how many
// when the function has returned? With "exit-inside" the process ends in the last turn instead.
// Needs nothing but the standard library, so that any tool can watch it.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace fs = std::filesystem;

static long before = 0;

static long open_descriptors()
{
  return std::distance(fs::directory_iterator("/proc/self/fd"), {}) - 1;  // the one that reads
}

static void write_all(fs::path const& folder, int reports, bool exit_inside)
{
  std::vector<std::ofstream> files;
  for (int report = 0; report != reports; ++report)
  {
    auto& file = files.emplace_back(folder / std::to_string(report));
    file << "report " << report << '\n';
  }
  std::printf("in the last turn: %ld more\n", open_descriptors() - before);
  if (exit_inside) std::exit(0);  // runs no destructor of a local
}

int main(int argc, char** argv)
{
  auto const folder = fs::temp_directory_path() / "held-in-loop";
  fs::create_directories(folder);
  before = open_descriptors();
  write_all(folder, 100, argc > 1 && std::string_view(argv[1]) == "exit-inside");
  std::printf("after it returns: %ld more\n", open_descriptors() - before);
  fs::remove_all(folder);
}
