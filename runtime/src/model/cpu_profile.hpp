// The CPU profile: processor time by the stack that spent it.
#pragma once

#include "model/profile.hpp"
#include "symbols/symboliser.hpp"

#include <chrono>
#include <string_view>

namespace leaklab::model
{

/// Named "profile", with samples/count and cpu/nanoseconds, as Go's. `recorded` is a file of
/// gperftools' CPU profiler (docs/cpuprofile-fileformat.html there): words of this machine, a
/// header of 0, 3, 0, the period in microseconds and 0, then records of count, depth and so many
/// addresses, up to the record 0, 1, 0. What is not so ends the profile. `duration` is how long it
/// ran. Stacks with a function whose name begins with `hidden` are left out; when that is empty,
/// none. Any thread; may read debug data from disk.
[[nodiscard]] profile make_cpu_profile(std::string_view recorded, std::chrono::nanoseconds duration,
                                       symbols::symboliser& symbols, std::string_view hidden = {});

}  // namespace leaklab::model
