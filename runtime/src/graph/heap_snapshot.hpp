// All that a child needs before it can mark.
#pragma once

#include "graph/block_table.hpp"
#include "graph/forked_look.hpp"
#include "graph/heap_look.hpp"
#include "graph/mark.hpp"
#include "graph/memory_map.hpp"
#include "graph/roots.hpp"
#include "graph/sampled_objects.hpp"
#include "graph/workspace.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace leaklab::graph
{

/// In a forked child. Reads everything, or ends the child.
class heap_snapshot
{
 public:
  explicit heap_snapshot(looking_child const& child);

  [[nodiscard]] workspace& space() noexcept { return space_; }
  [[nodiscard]] memory_map const& map() const noexcept { return map_; }
  [[nodiscard]] block_table const& blocks() const noexcept { return blocks_; }
  [[nodiscard]] array<sampled_object> const& samples() const noexcept { return samples_; }
  [[nodiscard]] graph::roots const& roots() const noexcept { return roots_; }
  [[nodiscard]] std::size_t bytes() const noexcept;

  /// From all roots to the end: first all that can be reached from some of them, at last what is
  /// reached by references that were put off.
  void run(mark& reached, std::span<range const> first = {}) const noexcept;

 private:
  workspace space_;
  sample_traces traces_;
  memory_map map_;
  block_table blocks_;
  array<sampled_object> samples_;
  graph::roots roots_;
};

/// What a child failed for.
enum look_failure : std::uint8_t
{
  no_memory = 1,
  no_memory_map,
  kernel_queue,
  samples_not_found,
  no_roots
};

/// Why nothing can be known of this process's blocks; empty when it can.
[[nodiscard]] std::string problem_of_allocator();

/// Fills in a heap_look. Whether the child has answered.
bool take_over(look const& seen, heap_look& into);

/// A look, as look_in_fork() makes it. `parse` takes what the child has written into the result, and is
/// false when that breaks off.
template <class Result>
[[nodiscard]] Result look_at_heap(void (*run)(looking_child const&, void const*),
                                  void const* context, bool (*parse)(std::string_view, Result&))
{
  Result result;
  result.problem = problem_of_allocator();
  if (!result.problem.empty()) return result;
  auto const seen = look_in_fork(run, context);
  if (take_over(seen, result) && !parse(seen.bytes, result)) result.problem = child_broke_off;
  return result;
}

}  // namespace leaklab::graph
