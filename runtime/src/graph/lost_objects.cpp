#include "graph/lost_objects.hpp"

#include "graph/byte_reader.hpp"
#include "graph/forked_look.hpp"
#include "graph/heap_snapshot.hpp"
#include "graph/mark.hpp"
#include "probe/sample_weight.hpp"

#include <algorithm>
#include <string_view>

namespace leaklab::graph
{
namespace
{

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

void report(looking_child const& child, mark const& reached, heap_snapshot const& heap)
{
  auto const& samples = heap.samples();
  auto const is_lost = [&](sampled_object const& each) { return reached.has_missed(each.address); };
  auto const lost = std::count_if(samples.begin(), samples.end(), is_lost);
  summary const all{heap.blocks().count(), reached.reached(), samples.size(),
                    static_cast<std::uint64_t>(lost), reached.bytes() + heap.bytes()};
  bool is_read = child.write(&all, sizeof all);
  for (auto const& each : samples)
  {
    if (!is_read || !is_lost(each)) continue;
    record const found{~each.address, each.size, each.stack.size()};
    is_read = child.write(&found, sizeof found) &&
              child.write(each.stack.data(), each.stack.size_bytes());
  }
}

void mark_in_child(looking_child const& child, void const*)
{
  heap_snapshot heap(child);
  mark reached(heap.space(), heap.blocks());
  if (!reached) child.fail(no_memory);
  heap.run(reached);
  report(child, reached, heap);
}

bool parse(std::string_view bytes, lost_objects& into)
{
  byte_reader from(bytes);
  summary all;
  if (!from.take(all)) return false;
  into.blocks = all.blocks;
  into.reached = all.reached;
  into.samples = all.samples;
  into.child_bytes = all.child_bytes;
  for (std::uint64_t i = 0; i != all.lost; ++i)
  {
    record next;
    if (!from.take(next)) return false;
    auto& found = into.found.emplace_back();
    found.hidden_address = next.hidden_address;
    found.size = next.size;
    if (!from.take(found.stack, next.depth)) return false;
  }
  return from.is_at_end();
}

}  // namespace

lost_objects look_for_lost_objects()
{
  return look_at_heap<lost_objects>(mark_in_child, nullptr, parse);
}

lost_objects in_both(lost_objects first, lost_objects const& second)
{
  first.join(second);
  auto const address = [](lost_object const* each) { return each->hidden_address; };
  std::vector<lost_object const*> others;
  for (auto const& each : second.found)
    others.push_back(&each);
  std::ranges::sort(others, {}, address);
  std::erase_if(first.found,
                [&](lost_object const& each)
                {
                  auto const at =
                      std::ranges::lower_bound(others, each.hidden_address, {}, address);
                  return at == others.end() || **at != each;
                });
  first.blocks = second.blocks;
  first.reached = second.reached;
  first.samples = second.samples;
  first.child_bytes = std::max(first.child_bytes, second.child_bytes);
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
