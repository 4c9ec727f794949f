// Which line of a stack its reader looks for: the program's own, not a library's.
#pragma once

#include "symbols/symboliser.hpp"

#include <cstdint>
#include <span>

namespace leaklab::model
{

/// Not a header of the system's, of Boost's or of this runtime's, nor a function with a name that
/// is reserved (a sanitizer's start of a thread), nor a constructor that the compiler wrote.
[[nodiscard]] bool is_own(symbols::source_line const& line);

/// In world/, where the lab's programs meet what lies outside of them: a library to them, though it
/// is built with them.
[[nodiscard]] bool is_of_world(symbols::source_line const& line);

/// The innermost line that is the program's own. One of world/ only where there is no other. Null
/// when all are libraries'. `stack` has return addresses, innermost first; the line lives as long
/// as the symboliser.
[[nodiscard]] symbols::source_line const* innermost_own(symbols::symboliser& symbols,
                                                        std::span<std::uintptr_t const> stack);

}  // namespace leaklab::model
