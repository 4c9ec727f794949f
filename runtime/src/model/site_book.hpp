// Addresses for places that have none: a co_await and a spawn are lines of source, not return addresses.
#pragma once

#include "model/profile.hpp"

#include <leaklab/task.hpp>

#include <cstdint>
#include <unordered_map>

namespace leaklab::model
{

/// Gives each place an address that stays the same for the same program from run to run, never 0, with the
/// top bit set: no code lies there. Remembers them, so that a client which saw only the address can ask for
/// the name. One thread.
class site_book
{
 public:
  [[nodiscard]] location const& at(source_site const& site);

  /// Null for an address that it has not given out.
  [[nodiscard]] location const* find(std::uint64_t address) const;

 private:
  std::unordered_map<std::uint64_t, location> locations_;
};

}  // namespace leaklab::model
