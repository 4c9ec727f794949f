// The locations of a profile whose stacks are addresses of code.
#pragma once

#include "model/profile.hpp"
#include "symbols/symboliser.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

namespace leaklab::model
{

enum class leaf
{
  returns,  ///< a return address, as all others
  exact     ///< the instruction that a signal interrupted
};

/// Adds each address to the profile once, with its names and lines. The profile and the symboliser
/// outlive it.
class stack_table
{
 public:
  stack_table(profile& into, symbols::symboliser& symbols) : into_(into), symbols_(symbols), reading_(symbols)
  {
  }


  /// The indices of a stack's locations, leaf first; nothing for a stack of the endpoint's own
  /// thread, which is the lab's business and not the program's: one that has a function of
  /// leaklab::http in it.
  [[nodiscard]] std::optional<std::vector<std::uint32_t>> add(std::span<std::uintptr_t const> stack,
                                                              leaf kind = leaf::returns);

 private:
  struct known_location
  {
    std::uint32_t index = 0;
    bool is_endpoint = false;
  };

  [[nodiscard]] known_location at(std::uint64_t address);

  profile& into_;
  symbols::symboliser& symbols_;
  symbols::symboliser::reading reading_;
  std::unordered_map<std::uint64_t, known_location> known_;
};

}  // namespace leaklab::model
