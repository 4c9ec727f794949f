// Where a growing figure grows: the lines of the program that asked for most of it.
#pragma once

#include "model/finding.hpp"
#include "model/own_line.hpp"
#include "model/readings.hpp"
#include "symbols/symboliser.hpp"

#include <vector>

namespace leaklab::model
{

/// The lines that have grown since an earlier reading: at most ten, each by `least` and by a
/// twentieth of all growth or more; the program's own first, then those of its libraries, within
/// that the largest first. Of each stack it is its innermost_own(). Empty if nothing has grown, or
/// all but a twentieth of it by stacks that have no line of the program.
[[nodiscard]] std::vector<grown_place> grown_places(symbols::symboliser& symbols,
                                                    libraries const& named,
                                                    readings::kept const& before,
                                                    amounts_by_stack const& now, double least);

}  // namespace leaklab::model
