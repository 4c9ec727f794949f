// A record is written to the first disk that accepts it, and acknowledged. Who says that the disk
// has accepted it?
#include <leaklab/gauge.hpp>

#include <runner/lab.hpp>
#include <world/scope_guard.hpp>
#include <world/temporary_directory.hpp>

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

using leaklab::awaitable;
namespace fs = std::filesystem;

namespace
{

using record = std::uint64_t;

bool store(record const& entry, std::string const& path)
{
  std::FILE* const file = std::fopen(path.c_str(), "ab");
  if (!file) return false;
  // the fault: fclose writes what is in the buffer, and the guard drops the error if that fails
  world::scope_exit const close([file] { std::fclose(file); });
  return std::fwrite(&entry, sizeof entry, 1, file) == 1;
}

awaitable<void> scenario(leaklab::lab& lab)
{
  world::temporary_directory const second_disk;
  auto const journal = second_disk.path() / "journal";
  std::ofstream(journal).close();
  leaklab::sampled_gauge const lost(
      lab.get_executor(), "records lost",
      [&] { return lab.work().completed - fs::file_size(journal) / sizeof(record); });
  record number = 0;
  for (auto clock = lab.ticks(); co_await clock.next(); ++number)
    if (store(number, "/dev/full") || store(number, journal)) lab.completed();
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
