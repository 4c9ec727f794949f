// Coupons: a file each, many of them empty.
#pragma once

#include "environment.hpp"
#include "http.hpp"

#include <optional>
#include <string>

namespace shop
{

class coupons
{
 public:
  /// Writes the coupons that there are.
  explicit coupons(environment const& around);

  [[nodiscard]] response redeem(unsigned number);

 private:
  [[nodiscard]] std::optional<int> read(std::string const& path) const;

  environment const& around_;
};

}  // namespace shop
