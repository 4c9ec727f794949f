// Where a growing figure grows: the lines of the program that asked for most of it.
#pragma once

#include "model/finding.hpp"
#include "model/readings.hpp"
#include "symbols/symboliser.hpp"

#include <vector>

namespace leaklab::model
{

/// Estimated bytes in use. Empty while the heap is not sampled. Any thread.
[[nodiscard]] amounts_by_stack read_heap_by_stack();

/// The lines that have grown since an earlier reading, the largest first: at most ten, each by
/// `least` and by a twentieth of all growth or more. Of each stack it is the innermost line that is the
/// program's own, not that of a header of the system, of Boost or of this runtime. Empty if nothing
/// has grown.
[[nodiscard]] std::vector<grown_place> grown_places(symbols::symboliser& symbols,
                                                    readings::kept const& before,
                                                    amounts_by_stack const& now, double least);

}  // namespace leaklab::model
