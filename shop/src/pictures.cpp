#include "pictures.hpp"

#include <fmt/format.h>

#include <fstream>
#include <numeric>

namespace shop
{
namespace
{

namespace fs = std::filesystem;

constexpr std::size_t buffers = 200;
constexpr std::size_t thumbnail_size = 4 * 1024;
constexpr std::size_t poster_size = 256 * 1024;
constexpr unsigned number_of_pictures = 40;

bool is_poster(unsigned number)
{
  return number % 5 == 0;
}

fs::path picture_file(fs::path const& folder, unsigned number)
{
  return folder / fmt::format("picture-{}", number);
}

}  // namespace

pictures::pictures(environment const& around)
    : around_(around), pool_(buffers, buffer(thumbnail_size))
{
  for (unsigned number = 0; number != number_of_pictures; ++number)
  {
    auto const path = picture_file(around_.folder, number);
    std::ofstream(path).close();
    fs::resize_file(path, is_poster(number) ? poster_size : thumbnail_size);
  }
}

response pictures::show(unsigned number)
{
  if (number >= number_of_pictures) return {404, "no such picture\n"};
  auto const path = picture_file(around_.folder, number);
  auto const size = fs::file_size(path);
  auto content = std::move(pool_.front());
  pool_.pop_front();
  content.resize(size);
  std::ifstream(path, std::ios::binary).read(content.data(), std::ssize(content));
  auto const sum = std::accumulate(content.begin(), content.end(), 0U);
  if (!around_.faults.has(fault::oversized_pool))
  {
    content.resize(thumbnail_size);
    content.shrink_to_fit();
  }
  pool_.push_back(std::move(content));
  return {200, fmt::format("picture {}, {} bytes, sum {}\n", number, size, sum)};
}

}  // namespace shop
