#include "uploads.hpp"

#include <fmt/format.h>
#include <world/scope_guard.hpp>

#include <fstream>
#include <iterator>

namespace shop
{

namespace fs = std::filesystem;

namespace
{

constexpr std::string_view format_of_photos = "PHOTO";
constexpr unsigned kept_photos = 20;  // in each album

fs::path make_folder(fs::path const& path)
{
  fs::create_directory(path);
  return path;
}

}  // namespace

uploads::uploads(environment const& around)
    : around_(around),
      drafts_(make_folder(around.folder / "drafts")),
      albums_(make_folder(around.folder / "albums")),
      catalogue_(around),
      receipts_(around),
      thumbnails_(around),
      drafts_left_(around.executor, "uploads left as drafts",
                   [this] {
                     return static_cast<double>(std::distance(fs::directory_iterator(drafts_), {}));
                   })
{
  for (auto const* const album : {"1", "2", "3"})
    make_folder(albums_ / album);
}

response uploads::accept(std::string_view album, std::string const& photo)
{
  if (!photo.starts_with(format_of_photos)) return {415, "not a photo\n"};
  ++last_number_;
  try
  {
    catalogue_.add(publish(album, photo));
  }
  catch (fs::filesystem_error const&)
  {
    return {404, "no such album\n"};
  }
  thumbnails_.cut(photo);
  return {201, receipts_.write(last_number_, photo)};
}

fs::path uploads::publish(std::string_view album, std::string const& photo)
{
  auto const draft = drafts_ / fmt::format("{}", last_number_);
  world::scope_exit rollback(
      [&draft]
      {
        std::error_code ignored;
        fs::remove(draft, ignored);
      });
  std::ofstream(draft, std::ios::binary) << photo;
  if (around_.faults.has(fault::dismissed_guard)) rollback.release();
  auto const published = albums_ / album / fmt::format("{}", last_number_ % kept_photos);
  fs::rename(draft, published);
  rollback.release();
  return published;
}

}  // namespace shop
