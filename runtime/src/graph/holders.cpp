#include "graph/holders.hpp"

#include "graph/byte_reader.hpp"
#include "graph/forked_look.hpp"
#include "graph/heap_snapshot.hpp"
#include "graph/mark.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <string_view>

namespace leaklab::graph
{
namespace
{

struct question
{
  std::vector<std::vector<std::uintptr_t>> const& places;
  std::size_t most;
};

/// What the child writes of each path; then its blocks.
struct path_record
{
  std::size_t place;
  std::size_t blocks;
  std::size_t left_out;
  root_kind root;
  std::uintptr_t address;
  int thread;
};

/// The stack's addresses follow.
struct block_record
{
  std::size_t bytes;
  std::size_t offset;
  std::uintptr_t first_word;
  std::size_t depth;
};

/// A long list leads to its last element over all others.
constexpr std::size_t half_shown = 24;

/// Finds out about words, once a mark has been made.
class path_teller
{
 public:
  path_teller(looking_child const& child, heap_snapshot const& heap, mark const& reached)
      : child_(child), heap_(heap), reached_(reached)
  {
  }

  void tell(std::size_t place, sampled_object const& object) const
  {
    block which;
    if (!heap_.blocks().find(object.address, which)) return;
    auto const length = length_from(which);
    path_record path{place, std::min(length, 2 * half_shown), 0, root_kind::nothing, 0, 0};
    path.left_out = length - path.blocks;
    if (reached_.has_reached(which)) tell_root(which, path);
    child_.write(&path, sizeof path);
    std::uintptr_t reference = 0;  // the word in the block that refers to the one before
    for (std::size_t i = 0; i != length; ++i)
    {
      if (i < half_shown || i >= length - std::min(length, half_shown)) tell_block(which, reference);
      reference = reached_.referrer_of(which);
      if (i + 1 != length) (void)heap_.blocks().find(reference, which);
    }
  }

 private:
  /// How many blocks there are up to the root.
  [[nodiscard]] std::size_t length_from(block which) const
  {
    std::size_t length = 1;
    if (!reached_.has_reached(which)) return length;
    while (heap_.blocks().find(reached_.referrer_of(which), which))
      ++length;
    return length;
  }

  void tell_root(block which, path_record& path) const
  {
    auto address = reached_.referrer_of(which);
    while (heap_.blocks().find(address, which))
      address = reached_.referrer_of(which);
    path.root = root_kind::memory;
    path.address = address;
    auto const& words = heap_.roots().kernel_words;
    auto const* const at = reinterpret_cast<std::uintptr_t const*>(address);
    if (words.begin() <= at && at < words.end()) path.root = root_kind::kernel;
    auto const* const region = heap_.map().find(address);
    for (auto const& thread : child_.threads)
    {
      bool const is_own_slot = at == &thread.stack_pointer;  // whose stack lies in a block
      if (thread.frame_begin <= address && address < thread.frame_end)
        path.root = root_kind::registers;
      else if (is_own_slot || (region && region->contains(thread.stack_pointer) &&
                               (region->is_main_stack || region->lies_on_a_guard)))
        path.root = root_kind::stack;
      else
        continue;
      path.thread = thread.id;
      return;
    }
  }

  void tell_block(block const& which, std::uintptr_t reference) const
  {
    auto const bytes = heap_.blocks().bytes_of(which);
    block_record found{bytes.size(), reference == 0 ? 0 : reference - bytes.begin, 0, 0};
    std::memcpy(&found.first_word, reinterpret_cast<void const*>(bytes.begin),
                sizeof found.first_word);
    if (heap_.blocks().extent().contains(found.first_word)) found.first_word = 0;
    auto const* const sample =
        std::find_if(heap_.samples().begin(), heap_.samples().end(),
                     [&](sampled_object const& each) { return each.address == bytes.begin; });
    std::span<void* const> stack;
    if (sample != heap_.samples().end())
    {
      found.bytes = sample->size;
      stack = sample->stack;
    }
    found.depth = stack.size();
    child_.write(&found, sizeof found);
    child_.write(stack.data(), stack.size_bytes());
  }

  looking_child const& child_;
  heap_snapshot const& heap_;
  mark const& reached_;
};

/// Whether a stack, as the allocator has noted it, is this one behind the allocator's own frames.
bool ends_with(std::span<void* const> noted, std::span<std::uintptr_t const> place)
{
  if (noted.size() < place.size()) return false;
  auto const rest = noted.last(place.size());
  return std::equal(rest.begin(), rest.end(), place.begin(), [](void* a, std::uintptr_t b)
                    { return reinterpret_cast<std::uintptr_t>(a) == b; });
}

void answer_in_child(looking_child const& child, void const* context)
{
  auto const& asked = *static_cast<question const*>(context);
  heap_snapshot heap(child);
  mark reached(heap.space(), heap.blocks(), referrers::kept);
  if (!reached) child.fail(no_memory);
  heap.run(reached);
  path_teller const teller(child, heap, reached);
  for (std::size_t place = 0; place != asked.places.size(); ++place)
  {
    auto left = asked.most;
    for (auto const& sample : heap.samples())
    {
      if (left == 0) break;
      if (!ends_with(sample.stack, asked.places[place])) continue;
      teller.tell(place, sample);
      --left;
    }
  }
}

bool parse(std::string_view bytes, std::vector<holding_path>& into)
{
  byte_reader from(bytes);
  while (!from.is_at_end())
  {
    path_record path;
    if (!from.take(path)) return false;
    auto& found = into.emplace_back();
    found.place = path.place;
    found.left_out = path.left_out;
    found.root = path.root;
    found.address = path.address;
    found.thread = path.thread;
    for (std::size_t i = 0; i != path.blocks; ++i)
    {
      block_record block;
      if (!from.take(block)) return false;
      auto& next = found.blocks.emplace_back();
      next.bytes = block.bytes;
      next.offset = block.offset;
      next.first_word = block.first_word;
      if (!from.take(next.stack, block.depth)) return false;
    }
  }
  return true;
}

}  // namespace

holders look_for_holders(std::vector<std::vector<std::uintptr_t>> const& places, std::size_t most)
{
  question const asked{places, most};
  auto const seen = look_in_fork(answer_in_child, &asked);
  holders result;
  result.problem = problem_of(seen);
  result.pause = seen.pause;
  result.time = seen.time;
  if (result.problem.empty() && !parse(seen.bytes, result.paths))
    result.problem = "the forked child ended before its time";
  return result;
}

}  // namespace leaklab::graph
