#include "graph/sampled_objects.hpp"

#include "graph/tcmalloc_records.hpp"
#include "library_range.hpp"

#include <gperftools/malloc_extension.h>
#include <gperftools/tcmalloc.h>

#include <algorithm>

namespace leaklab::graph
{
namespace
{

constexpr std::size_t deepest = 1024;

class list_reader
{
 public:
  list_reader(memory_map const& map, block_table const& blocks) : map_(map), blocks_(blocks) {}

  /// Whether a list of spans begins here; then all of it is in `found`, the newest first.
  bool read_from(std::uintptr_t head, array<sampled_object>& found) const
  {
    auto before = head;
    auto at = field(head, &span_record::next);
    while (at != head)
    {
      sampled_object object;
      span_record span;
      if (!map_.load(at, span) || span.previous != before || !describe(span, object)) return false;
      if (!found.push(object)) return false;
      before = at;
      at = span.next;
    }
    return field(head, &span_record::previous) == before;
  }

 private:
  /// Of a span that may be read.
  static std::uintptr_t field(std::uintptr_t span, std::uintptr_t span_record::*which)
  {
    return load<span_record>(span).*which;
  }

  bool describe(span_record const& span, sampled_object& object) const
  {
    object.address = span.start << blocks_.page_shift();
    auto const* const known = blocks_.find_span(object.address);
    if (!known || known->block == 0 || known->begin != object.address ||
        known->size() != span.length << blocks_.page_shift())
      return false;
    trace_record trace;
    if (!map_.load(span.content, trace) || trace.depth > deepest) return false;
    auto const stack = span.content + sizeof trace;
    if (!map_.is_readable(stack, trace.depth * sizeof(void*))) return false;
    object.size = trace.size;
    object.stack = {reinterpret_cast<void* const*>(stack), trace.depth};
    return true;
  }

  memory_map const& map_;
  block_table const& blocks_;
};

std::uintptr_t word(void* value) noexcept
{
  return reinterpret_cast<std::uintptr_t>(value);
}

/// Of ReadStackTraces' words: count, size, depth, then so many addresses; a count of 0 ends them.
void** behind(void** record) noexcept
{
  return record + 3 + word(record[2]);
}

}  // namespace

sample_traces::sample_traces()
{
  int period = 0;
  words_ = MallocExtension::instance()->ReadStackTraces(&period);
}

std::size_t sample_traces::count() const noexcept
{
  std::size_t result = 0;
  for (void** at = words_; word(at[0]) != 0; at = behind(at))
    ++result;
  return result;
}

bool sample_traces::are_of(std::span<sampled_object const> objects) const noexcept
{
  void** at = words_;
  for (auto const& each : objects)
  {
    if (word(at[0]) != 1 || word(at[1]) != each.size || word(at[2]) != each.stack.size() ||
        !std::equal(each.stack.begin(), each.stack.end(), at + 3))
      return false;
    at = behind(at);
  }
  return word(at[0]) == 0;
}

bool find_sampled_objects(workspace& space, memory_map const& map, sample_traces const& traces,
                          block_table& blocks, array<sampled_object>& found)
{
  if (!traces.are_known()) return false;
  constexpr std::size_t most_own =
      4;  // the words of ReadStackTraces lie in a block that may be one
  auto const count = traces.count();
  found = array<sampled_object>(space, count + most_own);
  if (!found) return false;
  if (count == 0) return true;

  auto const library = library_range::of_object(reinterpret_cast<void const*>(&tc_malloc));
  list_reader const reader(map, blocks);
  for (auto const& region : map.regions())
  {
    if (!region.writable || region.begin >= library.end() || region.end <= library.begin())
      continue;
    auto const end = std::min(region.end, library.end()) - sizeof(span_record);
    for (auto at = std::max(region.begin, library.begin()); at <= end; at += sizeof(void*))
    {
      found.clear();
      if (!reader.read_from(at, found) || found.size() < count) continue;
      std::reverse(found.begin(), found.end());
      if (!traces.are_of({found.begin(), count})) continue;
      for (auto const& object : found)
        blocks.take_as_one(*blocks.find_span(object.address), object.size);
      blocks.number_blocks();
      while (found.size() != count)
        (void)found.pop();
      return true;
    }
  }
  return false;
}

}  // namespace leaklab::graph
