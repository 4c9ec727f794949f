// Which blocks of the heap tcmalloc's sampler chose: their addresses, which no interface of
// gperftools tells.
//
// MallocExtension::ReadStackTraces has size and stack of each, from a list of spans
// (tcmalloc_records.hpp; Static::sampled_objects_). The head of that list is a variable that the
// library does not export, so it is searched for among those of the library, and believed only when
// the list behind it has, one by one and in order, what ReadStackTraces says.
#pragma once

#include "graph/block_table.hpp"
#include "graph/memory_map.hpp"
#include "graph/workspace.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace leaklab::graph
{

/// Refers to tcmalloc's memory.
struct sampled_object
{
  std::uintptr_t address = 0;
  std::size_t size = 0;  ///< what was asked for
  std::span<void* const> stack;
};

/// What ReadStackTraces says: of each object a record of its own, the oldest first. Its memory is
/// never given back.
class sample_traces
{
 public:
  /// Takes tcmalloc's locks, and memory of the heap.
  sample_traces();

  sample_traces(sample_traces const&) = delete;
  sample_traces& operator=(sample_traces const&) = delete;

  [[nodiscard]] bool are_known() const noexcept { return words_ != nullptr; }
  [[nodiscard]] std::size_t count() const noexcept;
  /// Whether these objects, all of them, are what it says.
  [[nodiscard]] bool are_of(std::span<sampled_object const> objects) const noexcept;

 private:
  void** words_ = nullptr;
};

/// Finds all that `traces` says, the oldest first, and tells `blocks` that each is a block by itself.
/// False when they cannot be found out, or there is no memory. `map` and `blocks` were read after
/// `traces`, and since then nobody has changed the heap: for a forked child.
[[nodiscard]] bool find_sampled_objects(workspace& space, memory_map const& map,
                                        sample_traces const& traces, block_table& blocks,
                                        array<sampled_object>& found);

}  // namespace leaklab::graph
