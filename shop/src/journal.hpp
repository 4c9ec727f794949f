// The journal of orders: a record is acknowledged when a disk has it.
#pragma once

#include "environment.hpp"

#include <leaklab/gauge.hpp>

#include <cstdint>
#include <string>

namespace shop
{

class journal
{
 public:
  explicit journal(environment const& around);

  /// False when no disk takes it.
  bool note(std::uint64_t order);

 private:
  bool store(std::uint64_t order, std::string const& path) const;
  [[nodiscard]] std::uintmax_t stored() const;

  environment const& around_;
  std::string first_disk_ = "/dev/full";  // where nothing fits any more
  std::string second_disk_;
  std::uintmax_t acknowledged_ = 0;
  leaklab::sampled_gauge lost_;
};

}  // namespace shop
