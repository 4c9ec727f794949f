// From sampled objects to an estimate of all.
#pragma once

#include <leaklab/heap.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

namespace leaklab
{

/// How many sampled objects there are of each stack, without the allocator's part of it, and size.
using counted_samples = std::map<std::pair<std::vector<std::uintptr_t>, std::size_t>, double>;

/// `stack` as the allocator has noted it.
void count_sample(counted_samples& into, std::span<std::uintptr_t const> stack, std::size_t size);

/// With the weights that read_heap_samples() documents.
[[nodiscard]] std::vector<heap_sample> weighted(counted_samples const& counts);

}  // namespace leaklab
