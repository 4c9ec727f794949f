// Heap profiles: memory by the stack that asked for it. What the endpoint's own thread asked for,
// most of it to read debug data, is left out; a comment in the profile says how much that is. Its
// functions' names begin with `hidden`; when that is empty nothing is left out.
#pragma once

#include "model/profile.hpp"
#include "model/readings.hpp"
#include "symbols/symboliser.hpp"

#include <leaklab/heap.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace leaklab::model
{

/// Named "heap", with inuse_objects/count and inuse_space/bytes, scaled to estimate all live
/// objects; while allocations are counted, alloc_objects and alloc_space come first, as in Go. The
/// period is the sampling period in bytes, 0 when sampling has stopped. As in Go, live objects of
/// different sizes from one stack are separate samples, told apart by the number label "bytes". Any
/// thread; may read debug data from disk.
[[nodiscard]] profile make_heap_profile(symbols::symboliser& symbols, std::string_view hidden = {});

/// Named "growth", with objects/count and space/bytes: what the allocator took from the system,
/// exactly, since the program started. A place shows up in it when the free memory was too little
/// for it, not whenever it allocates.
[[nodiscard]] profile make_growth_profile(symbols::symboliser& symbols,
                                          std::string_view hidden = {});

/// Named "lost", with the heap profile's inuse_objects and inuse_space, of `lost`, a part of the live
/// samples; `how` says how they were found. Any thread.
[[nodiscard]] profile make_lost_profile(symbols::symboliser& symbols,
                                        std::vector<heap_sample> const& lost, std::string how,
                                        std::string_view hidden = {});

/// Estimated bytes in use. Empty while the heap is not sampled. Any thread.
[[nodiscard]] amounts_by_stack read_heap_by_stack();

}  // namespace leaklab::model
