// The locations of a profile whose stacks are addresses of code.
#pragma once

#include "model/profile.hpp"
#include "symbols/symboliser.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace leaklab::model
{

enum class leaf
{
  returns,  ///< a return address, like all others
  exact     ///< the instruction that a signal interrupted
};

/// Adds each address to the profile once, with its names and lines. The profile, the symboliser and
/// what `hidden` refers to outlive it.
class stack_table
{
 public:
  /// `hidden`: how the names of functions begin whose stacks are not the program's business, the
  /// endpoint's; empty when there are none.
  stack_table(profile& into, symbols::symboliser& symbols, std::string_view hidden)
      : into_(into), symbols_(symbols), reading_(symbols), hidden_(hidden)
  {
  }

  /// The indices of a stack's locations, leaf first; nothing for one that has a hidden function in
  /// it.
  [[nodiscard]] std::optional<std::vector<std::uint32_t>> add(std::span<std::uintptr_t const> stack,
                                                              leaf kind = leaf::returns);

 private:
  struct known_location
  {
    std::uint32_t index = 0;
    bool is_hidden = false;
  };

  [[nodiscard]] known_location at(std::uint64_t address);

  profile& into_;
  symbols::symboliser& symbols_;
  symbols::symboliser::reading reading_;
  std::string_view hidden_;
  std::unordered_map<std::uint64_t, known_location> known_;
};

}  // namespace leaklab::model
