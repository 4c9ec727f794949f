#include "journal.hpp"

#include <world/scope_guard.hpp>

#include <cstdio>
#include <fstream>

namespace shop
{
namespace
{

std::filesystem::path make_empty(std::filesystem::path const& file)
{
  std::ofstream(file).close();
  return file;
}

}  // namespace

journal::journal(environment const& around)
    : around_(around),
      second_disk_(make_empty(around.folder / "journal")),
      lost_(around.executor, "journal records lost",
            [this] { return static_cast<double>(acknowledged_ - stored()); })
{
}

bool journal::note(std::uint64_t order)
{
  bool const noted = store(order, first_disk_) || store(order, second_disk_);
  if (noted) ++acknowledged_;
  return noted;
}

bool journal::store(std::uint64_t order, std::string const& path) const
{
  std::FILE* const file = std::fopen(path.c_str(), "ab");
  if (!file) return false;
  world::scope_exit close([file] { std::fclose(file); });
  if (std::fwrite(&order, sizeof order, 1, file) != 1) return false;
  if (around_.faults.has(fault::swallowed_close)) return true;
  close.release();
  return std::fclose(file) == 0;
}

std::uintmax_t journal::stored() const
{
  return std::filesystem::file_size(second_disk_) / sizeof(std::uint64_t);
}

}  // namespace shop
