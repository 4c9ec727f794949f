#include "graph/lost_objects.hpp"

#include "graph/block_table.hpp"
#include "graph/forked_look.hpp"
#include "graph/free_lists.hpp"
#include "graph/mark.hpp"
#include "graph/memory_map.hpp"
#include "graph/roots.hpp"
#include "graph/sampled_objects.hpp"
#include "graph/workspace.hpp"
#include "probe/sample_weight.hpp"

#include <algorithm>
#include <cstring>
#include <set>
#include <string_view>
#include <utility>

namespace leaklab::graph
{
namespace
{

enum failure : std::uint8_t
{
  no_memory = 1,
  no_memory_map,
  kernel_queue,
  samples_not_found,
  no_roots
};

std::string text_of(std::uint8_t reason)
{
  switch (reason)
  {
    case no_memory:
      return "the look at the heap had too little memory";
    case no_memory_map:
      return "/proc/self/maps could not be read";
    case kernel_queue:
      return "this program uses io_uring or aio, where the kernel keeps references that cannot be "
             "seen";
    case samples_not_found:
      return "this tcmalloc keeps its samples in a way that is not known here";
    case no_roots:
      return "the program's memory could not be read in /proc";
    default:
      return "the look at the heap failed";
  }
}

/// What the child writes first; then a record for each lost object.
struct summary
{
  std::uint64_t blocks;
  std::uint64_t reached;
  std::uint64_t samples;
  std::uint64_t lost;
  std::uint64_t child_bytes;
};

/// The stack's addresses follow.
struct record
{
  std::uintptr_t hidden_address;
  std::size_t size;
  std::size_t depth;
};

void report(looking_child const& child, mark const& reached, block_table const& blocks,
            array<sampled_object> const& samples, std::size_t child_bytes)
{
  auto const is_lost = [&](sampled_object const& each)
  {
    block which;
    return blocks.find(each.address, which) && !reached.has_reached(which);
  };
  auto const lost = std::count_if(samples.begin(), samples.end(), is_lost);
  summary const all{blocks.count(), reached.reached(), samples.size(),
                    static_cast<std::uint64_t>(lost), child_bytes};
  bool is_read = child.write(&all, sizeof all);
  for (auto const& each : samples)
  {
    if (!is_read || !is_lost(each)) continue;
    record const found{~each.address, each.size, each.stack.size()};
    is_read = child.write(&found, sizeof found) &&
              child.write(each.stack.data(), each.stack.size_bytes());
  }
}

void mark_in_child(looking_child const& child)
{
  workspace space;
  memory_map map;
  block_table blocks;
  array<sampled_object> samples;
  roots begin;
  sample_traces const traces;
  bool const has_map = map.read(space);
  bool const has_blocks = blocks.read(space);
  bool const has_samples =
      has_map && has_blocks && find_sampled_objects(space, map, traces, blocks, samples);
  child.has_begun();
  if (!has_map) child.fail(no_memory_map);
  if (!has_blocks) child.fail(no_memory);
  if (map.has_kernel_queue()) child.fail(kernel_queue);
  if (!has_samples) child.fail(samples_not_found);
  mark reached(space, blocks);
  if (!reached) child.fail(no_memory);
  if (!find_roots(space, map, blocks, child.threads, child.stack, child.parent, begin))
    child.fail(no_roots);
  for (auto const& memory : begin.of_break)
    for_each_free_block(memory, blocks, [&](block const& free) { reached.ignore(free); });
  for (auto const& root : begin.of_program)
    reached.add(root);
  for (auto const& root : begin.of_break)
    reached.add_without_free_lists(root);
  report(child, reached, blocks, samples,
         reached.bytes() + blocks.bytes() + samples.most_bytes() +
             begin.of_program.most_bytes() + begin.of_break.most_bytes());
}

/// Takes values from the front of a text.
class reader
{
 public:
  explicit reader(std::string_view text) : text_(text) {}

  template <class T>
  bool take(T* into, std::size_t count = 1)
  {
    auto const bytes = count * sizeof(T);
    if (text_.size() < bytes) return false;
    std::memcpy(into, text_.data(), bytes);
    text_.remove_prefix(bytes);
    return true;
  }
  [[nodiscard]] std::size_t left() const { return text_.size(); }

 private:
  std::string_view text_;
};

bool parse(std::string_view bytes, lost_objects& into)
{
  reader from(bytes);
  summary all;
  if (!from.take(&all)) return false;
  into.blocks = all.blocks;
  into.reached = all.reached;
  into.samples = all.samples;
  into.child_bytes = all.child_bytes;
  for (std::uint64_t i = 0; i != all.lost; ++i)
  {
    record next;
    if (!from.take(&next) || next.depth > from.left() / sizeof(std::uintptr_t)) return false;
    lost_object found{next.hidden_address, next.size, std::vector<std::uintptr_t>(next.depth)};
    if (!from.take(found.stack.data(), next.depth)) return false;
    into.found.push_back(std::move(found));
  }
  return from.left() == 0;
}

}  // namespace

lost_objects look_for_lost_objects()
{
  auto const seen = look_in_fork(mark_in_child);
  lost_objects result;
  result.problem = seen.reason != 0 ? text_of(seen.reason) : seen.problem;
  result.pause = seen.pause;
  result.time = seen.time;
  if (result.problem.empty() && !parse(seen.bytes, result))
    result.problem = "the forked child ended before its time";
  return result;
}

lost_objects in_both(lost_objects first, lost_objects const& second)
{
  if (!first.problem.empty()) return first;
  first.problem = second.problem;
  auto const address = [](lost_object const* each) { return each->hidden_address; };
  std::vector<lost_object const*> others;
  for (auto const& each : second.found)
    others.push_back(&each);
  std::ranges::sort(others, {}, address);
  std::erase_if(first.found,
                [&](lost_object const& each)
                {
                  auto const at = std::ranges::lower_bound(others, each.hidden_address, {}, address);
                  return at == others.end() || **at != each;
                });
  first.blocks = second.blocks;
  first.reached = second.reached;
  first.samples = second.samples;
  first.child_bytes = std::max(first.child_bytes, second.child_bytes);
  first.pause = std::max(first.pause, second.pause);
  first.time = std::max(first.time, second.time);
  return first;
}

std::vector<heap_sample> as_heap_samples(lost_objects const& lost)
{
  counted_samples counts;
  for (auto const& each : lost.found)
    count_sample(counts, each.stack, each.size);
  return weighted(counts);
}

}  // namespace leaklab::graph
