// Each night a customer's books are copied to the archive. Some archives cannot be reached.
#include <runner/lab.hpp>
#include <world/scope_guard.hpp>
#include <world/temporary_directory.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

using leaklab::awaitable;
namespace fs = std::filesystem;

namespace
{

bool archive(fs::path const& book, fs::path const& copy)
{
  std::FILE* const from = std::fopen(book.c_str(), "rb");
  if (!from) return false;
  // the cure: each guard is made on the line after its file is opened, before anything can return
  world::scope_exit const close_from([from] { std::fclose(from); });
  std::FILE* const to = std::fopen(copy.c_str(), "wb");
  if (!to) return false;
  world::scope_exit close_to([to] { std::fclose(to); });

  char block[4096];
  while (auto const size = std::fread(block, 1, sizeof block, from))
    if (std::fwrite(block, 1, size, to) != size) return false;
  if (std::ferror(from)) return false;
  close_to.release();
  return std::fclose(to) == 0;
}

awaitable<void> scenario(leaklab::lab& lab)
{
  world::temporary_directory const folder;
  auto const book = folder.path() / "book";
  fs::path const archives[] = {folder.path() / "archive", folder.path() / "unreachable"};
  fs::create_directory(archives[0]);
  std::ofstream(book) << "debit 42\ncredit 42\n";
  unsigned number = 0;
  for (auto clock = lab.ticks(); co_await clock.next(); ++number)
  {
    if (archive(book, archives[number % 2] / "book"))
      lab.completed();
    else
      lab.refused();
  }
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
