#include "catalogue.hpp"

#include <algorithm>
#include <fstream>

namespace shop
{
namespace
{

constexpr std::size_t header_size = 64;
constexpr std::size_t kept_headers = 1000;

}  // namespace

catalogue::catalogue(environment const& around) : around_(around), headers_(kept_headers)
{
}

void catalogue::add(std::filesystem::path const& photo)
{
  headers_.push_back(read_header(photo));
}

catalogue::header catalogue::read_header(std::filesystem::path const& photo) const
{
  auto const size = static_cast<std::size_t>(std::filesystem::file_size(photo));
  auto const whole = std::make_shared_for_overwrite<char[]>(size);
  std::ifstream(photo, std::ios::binary).read(whole.get(), static_cast<std::streamsize>(size));
  auto const length = std::min(size, header_size);
  if (around_.faults.has(fault::pinned_buffer)) return {whole, {whole.get(), length}};
  auto const copy = std::make_shared_for_overwrite<char[]>(length);
  std::copy_n(whole.get(), length, copy.get());
  return {copy, {copy.get(), length}};
}

}  // namespace shop
