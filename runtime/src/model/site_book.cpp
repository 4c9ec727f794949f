#include "model/site_book.hpp"

#include <string_view>

namespace leaklab::model
{
namespace
{

// FNV-1a, 64 bits: http://www.isthe.com/chongo/tech/comp/fnv/
std::uint64_t hash(std::uint64_t seed, std::string_view bytes) noexcept
{
  for (auto const c : bytes) seed = (seed ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return seed;
}

}  // namespace

location const& site_book::at(source_site const& site)
{
  auto address = hash(hash(0xcbf29ce484222325, site.file), site.function);
  // Even, so that the address that a reader makes of it by taking 1 off or adding 1 is no other place's.
  address = ((address ^ (std::uint64_t{site.line} * 0x9e3779b97f4a7c15)) & ~std::uint64_t{1}) |
            std::uint64_t{1} << 63;
  auto& known = locations_[address];
  if (known.address == 0)
    known = {address, {{clean_function_name(site.function), "", site.file, site.line, 0}}};
  return known;
}

location const* site_book::find(std::uint64_t address) const
{
  auto const known = locations_.find(address);
  return known == locations_.end() ? nullptr : &known->second;
}

}  // namespace leaklab::model
