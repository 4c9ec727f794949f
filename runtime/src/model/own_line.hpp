// Which line of a stack its reader looks for: the program's own, not a library's.
#pragma once

#include "symbols/symboliser.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace leaklab::model
{

/// Not a header of the system's, of Boost's or of this runtime's, nor a function with a name that
/// is reserved (a sanitizer's start of a thread), nor a constructor that the compiler wrote.
[[nodiscard]] bool is_own(symbols::source_line const& line);

/// What is built with the program and is a library to it: functions whose names begin so.
struct libraries
{
  std::vector<std::string> prefixes;

  [[nodiscard]] bool has(symbols::source_line const& line) const;
};

/// The innermost line that is the program's own. One of a library named only where there is no
/// other. Null when all are the system's. `stack` has return addresses, innermost first; the line
/// lives as long as the symboliser.
[[nodiscard]] symbols::source_line const* innermost_own(symbols::symboliser& symbols,
                                                        std::span<std::uintptr_t const> stack,
                                                        libraries const& named);

}  // namespace leaklab::model
