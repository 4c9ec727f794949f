// A catalogue keeps the header of each photo that it reads. How much of the photo does it keep?
#include <runner/lab.hpp>
#include <world/temporary_directory.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string_view>
#include <vector>

using leaklab::awaitable;

namespace
{

namespace fs = std::filesystem;

constexpr std::size_t photo_size = 10 * 1024 * 1024;
constexpr std::size_t header_size = 1024;

struct header
{
  std::shared_ptr<char const[]> owner;
  std::string_view text;
};

header read_header(fs::path const& path)
{
  auto const photo = std::make_shared_for_overwrite<char[]>(photo_size);
  std::ifstream(path, std::ios::binary).read(photo.get(), photo_size);
  // the cure: what is kept for long owns what it needs and nothing else: a copy of the header
  auto const copy = std::make_shared_for_overwrite<char[]>(header_size);
  std::copy_n(photo.get(), header_size, copy.get());
  return {copy, {copy.get(), header_size}};
}

awaitable<void> scenario(leaklab::lab& lab)
{
  world::temporary_directory const folder;
  auto const photo = folder.path() / "photo.raw";
  std::ofstream(photo) << "taken with a pinhole camera";
  fs::resize_file(photo, photo_size);

  std::vector<header> catalogue(1000);  // of the photos read last
  std::size_t count = 0;
  for (auto clock = lab.ticks(); co_await clock.next(); ++count)
  {
    catalogue[count % catalogue.size()] = read_header(photo);
    lab.completed();
  }
}

}  // namespace

int main(int argc, char** argv)
{
  return leaklab::run(argc, argv, scenario);
}
