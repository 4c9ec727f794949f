#include "coupons.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <fstream>

namespace shop
{
namespace
{

constexpr unsigned number_of_coupons = 20;

std::string coupon_file(std::filesystem::path const& folder, unsigned number)
{
  return folder / fmt::format("coupon-{}", number);
}

}  // namespace

coupons::coupons(environment const& around) : around_(around)
{
  for (unsigned number = 0; number != number_of_coupons; ++number)
  {
    std::ofstream file(coupon_file(around_.folder, number));
    if (number % 2 == 0) file << 5 + number << '\n';  // the others have been redeemed
  }
}

response coupons::redeem(unsigned number)
{
  auto const percent = read(coupon_file(around_.folder, number));
  if (!percent) return {410, "no longer valid\n"};
  return {200, fmt::format("{} %\n", *percent)};
}

std::optional<int> coupons::read(std::string const& path) const
{
  std::FILE* const file = std::fopen(path.c_str(), "r");
  if (!file) return std::nullopt;
  int percent = 0;
  bool const is_valid = std::fscanf(file, "%d", &percent) == 1;
  if (!is_valid && around_.faults.has(fault::unclosed_file)) return std::nullopt;
  std::fclose(file);
  return is_valid ? std::optional(percent) : std::nullopt;
}

}  // namespace shop
