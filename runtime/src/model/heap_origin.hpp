// Where a growing heap grows: the line of the program that asked for most of it.
#pragma once

#include "model/profile.hpp"
#include "symbols/symboliser.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace leaklab::model
{

/// Estimated bytes in use by the stack that asked for them: return addresses, innermost first.
using heap_by_stack = std::map<std::vector<std::uintptr_t>, double>;

/// Empty while the heap is not sampled. Any thread.
[[nodiscard]] heap_by_stack read_heap_by_stack();

/// The line that has grown most between two readings, of each stack its innermost_own(). None if
/// nothing has grown there.
[[nodiscard]] std::optional<symbols::source_line> find_heap_origin(symbols::symboliser& symbols,
                                                                   heap_by_stack const& earlier,
                                                                   heap_by_stack const& later);

}  // namespace leaklab::model
