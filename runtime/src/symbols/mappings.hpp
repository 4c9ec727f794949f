// What is mapped into this process to be executed.
#pragma once

#include "symbols/location.hpp"

#include <vector>

namespace leaklab::symbols
{

/// All executable mappings, in the order of their addresses, without build ids. Empty when
/// /proc/self/maps cannot be read. Any thread.
[[nodiscard]] std::vector<mapping> executable_mappings();

/// Those of files, the program's own first, with build ids, which are read from memory. Any thread;
/// waits for the loader's lock.
[[nodiscard]] std::vector<mapping> executable_files();

}  // namespace leaklab::symbols
