#include "graph/holders.hpp"

#include "graph/byte_reader.hpp"
#include "graph/forked_look.hpp"
#include "graph/heap_snapshot.hpp"
#include "graph/mark.hpp"
#include "graph/named_roots.hpp"
#include "task/task_table.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

namespace leaklab::graph
{
namespace
{

struct question
{
  std::vector<allocating_stacks> const& places;
  std::size_t most;
  std::vector<thread_local_block> thread_locals;
  std::vector<std::span<detail::task_record>> tasks;
  int thread;  // that asks
};

/// What the child writes of each path; then its blocks.
struct path_record
{
  std::size_t place = 0;
  std::uintptr_t hidden_object = 0;
  std::size_t blocks = 0;
  std::size_t left_out = 0;
  holding_root root;
};

/// Blocks in a row that are alike are told as one.
bool are_alike(told_block const& one, told_block const& next) noexcept
{
  return one.size == next.size && one.block.offset == next.block.offset &&
         one.block.first_word == next.block.first_word;
}

/// The beginning and the end of a path: a list may lead to its last element over all others.
class shortened_path
{
 public:
  void add(told_block const& next)
  {
    if (count_ > 1 && are_alike(last(), next))  // the object itself stands alone
    {
      last().block.times += 1;
      if (!last().sample && next.sample) set_sample(last(), *next.sample);
      return;
    }
    auto& slot = runs_[slot_of(count_)];
    if (count_ >= runs_.size()) left_out_ += slot.block.times;
    slot = next;
    if (next.sample) set_sample(slot, *next.sample);
    ++count_;
  }

  [[nodiscard]] std::size_t size() const noexcept { return std::min(count_, runs_.size()); }
  [[nodiscard]] std::size_t left_out() const noexcept { return left_out_; }
  [[nodiscard]] told_block const& operator[](std::size_t i) const noexcept
  {
    return runs_[slot_of(i < half ? i : count_ - size() + i)];
  }

 private:
  static constexpr std::size_t half = 24;

  static void set_sample(told_block& into, sampled_object const& sample) noexcept
  {
    into.sample = &sample;
    into.block.bytes = sample.size;
  }
  /// The first half stays, the last half goes round.
  static std::size_t slot_of(std::size_t number) noexcept
  {
    return number < half ? number : half + (number - half) % half;
  }
  told_block& last() noexcept { return runs_[slot_of(count_ - 1)]; }

  std::array<told_block, 2 * half> runs_{};
  std::size_t count_ = 0;
  std::size_t left_out_ = 0;
};

/// Words of blocks, apart from them.
class copied_words
{
 public:
  explicit copied_words(workspace& space) noexcept : words_(space, most), originals_(space, most) {}

  [[nodiscard]] explicit operator bool() const noexcept { return words_ && originals_; }

  /// Adds those in a block that refer to another, and says where their copies are.
  range add_references(range const& block_bytes, block_table const& blocks) noexcept
  {
    auto const before = words_.size();
    for (auto at = block_bytes.begin; at + sizeof at <= block_bytes.end; at += sizeof at)
    {
      auto const word = load<std::uintptr_t>(at);
      block other;
      if (block_bytes.contains(word) || !blocks.find(word, other)) continue;
      if (words_.push(word)) originals_.push(at);
    }
    return {address_of(words_.begin() + before), address_of(words_.end())};
  }

  [[nodiscard]] bool contains(std::uintptr_t address) const noexcept
  {
    return range{address_of(words_.begin()), address_of(words_.end())}.contains(address);
  }
  [[nodiscard]] std::uintptr_t original_of(std::uintptr_t address) const noexcept
  {
    return originals_[(address - address_of(words_.begin())) / sizeof address];
  }

 private:
  static constexpr std::size_t most = 1 << 20;

  static std::uintptr_t address_of(std::uintptr_t const* word) noexcept
  {
    return reinterpret_cast<std::uintptr_t>(word);
  }

  array<std::uintptr_t> words_;
  array<std::uintptr_t> originals_;
};

/// Finds out about objects, once a mark has been made.
class path_teller
{
 public:
  path_teller(looking_child const& child, heap_snapshot& heap, named_roots const& roots,
              mark& reached) noexcept
      : child_(child),
        heap_(heap),
        roots_(roots),
        reached_(reached),
        blocks_(heap),
        words_of_lost_(heap.space())
  {
  }

  [[nodiscard]] explicit operator bool() const noexcept { return blocks_ && words_of_lost_; }

  [[nodiscard]] bool is_held(sampled_object const& object) const noexcept
  {
    block which;
    return heap_.blocks().find(object.address, which) && reached_.has_reached(which);
  }

  void tell_held(std::size_t place, sampled_object const& object) const
  {
    block which;
    if (!heap_.blocks().find(object.address, which)) return;
    shortened_path path;
    std::uintptr_t reference = 0;
    do
    {
      path.add(blocks_.tell(which, reference));
      reference = reached_.referrer_of(which);
    } while (heap_.blocks().find(reference, which));
    write(place, object, path, roots_.find(reference));
  }

  /// After it is known of all whether they are held: what it refers to counts as reached from now on.
  void tell_lost(std::size_t place, sampled_object const& object)
  {
    block const self = block_of(object.address);
    if (!reached_.has_reached(self)) follow_from(self);
    shortened_path path;
    path.add(blocks_.tell(self, 0));
    holding_root root;
    for (auto which = self; reached_.has_reached(which);)
    {
      auto const word = reached_.referrer_of(which);
      bool const is_copy = words_of_lost_.contains(word);
      auto const reference = is_copy ? words_of_lost_.original_of(word) : word;
      which = block_of(reference);
      path.add(blocks_.tell(which, reference));
      if (!is_copy) continue;
      bool const is_self = heap_.blocks().number_of(which) == heap_.blocks().number_of(self);
      root.kind = is_self ? root_kind::itself : root_kind::lost;
      break;
    }
    write(place, object, path, root);
  }

 private:
  /// Reaches what its words refer to, but not the block itself by one of its own, as a string has one
  /// to its characters: that keeps nothing alive.
  void follow_from(block const& which) noexcept
  {
    auto const own = heap_.blocks().bytes_of(which);
    auto const added = words_of_lost_.add_references(own, heap_.blocks());
    reached_.add(added);
    reached_.follow();
  }

  /// That lies in one.
  [[nodiscard]] block block_of(std::uintptr_t address) const noexcept
  {
    block which;
    (void)heap_.blocks().find(address, which);
    return which;
  }

  void write(std::size_t place, sampled_object const& object, shortened_path const& path,
             holding_root const& root) const noexcept
  {
    path_record const whole{place, ~object.address, path.size(), path.left_out(), root};
    child_.write(&whole, sizeof whole);
    for (std::size_t i = 0; i != path.size(); ++i)
      write_block(child_, path[i]);
  }

  looking_child const& child_;
  heap_snapshot const& heap_;
  named_roots const& roots_;
  mark& reached_;
  block_teller blocks_;
  copied_words words_of_lost_;
};

/// Whether a stack, as the allocator has noted it, is this one behind the allocator's own frames.
bool ends_with(std::span<void* const> noted, std::span<std::uintptr_t const> stack)
{
  if (noted.size() < stack.size()) return false;
  auto const rest = noted.last(stack.size());
  return std::equal(rest.begin(), rest.end(), stack.begin(),
                    [](void* a, std::uintptr_t b)
                    { return reinterpret_cast<std::uintptr_t>(a) == b; });
}

struct chosen_object
{
  std::size_t place;
  sampled_object const* object;
  bool is_held;
};

void answer_in_child(looking_child const& child, void const* context)
{
  auto const& asked = *static_cast<question const*>(context);
  heap_snapshot heap(child);
  named_roots const roots(heap, child, asked.tasks, asked.thread_locals, asked.thread);
  mark reached(heap.space(), heap.blocks(), referrers::kept);
  if (!roots || !reached) child.fail(no_memory);
  reached.put_off_ends(heap.space());
  heap.run(reached, roots.telling());
  path_teller teller(child, heap, roots, reached);
  array<chosen_object> chosen(heap.space(), asked.places.size() * asked.most);
  if (!teller || !chosen) child.fail(no_memory);
  for (std::size_t place = 0; place != asked.places.size(); ++place)
  {
    auto left = asked.most;
    for (auto const& sample : heap.samples())
    {
      if (left == 0) break;
      auto const is_its = [&](auto const& stack) { return ends_with(sample.stack, stack); };
      if (!std::ranges::any_of(asked.places[place], is_its)) continue;
      chosen.push({place, &sample, teller.is_held(sample)});
      --left;
    }
  }
  for (auto const& each : chosen)
    if (each.is_held)
      teller.tell_held(each.place, *each.object);
    else
      teller.tell_lost(each.place, *each.object);
}

bool parse(std::string_view bytes, holders& result)
{
  byte_reader from(bytes);
  while (!from.is_at_end())
  {
    path_record path;
    if (!from.take(path)) return false;
    auto& found = result.paths.emplace_back();
    found.place = path.place;
    found.hidden_object = path.hidden_object;
    found.left_out = path.left_out;
    found.root = path.root;
    for (std::size_t i = 0; i != path.blocks; ++i)
      if (!take_block(from, found.blocks.emplace_back())) return false;
  }
  return true;
}

bool is_lost(holding_path const& path)
{
  return path.root.kind == root_kind::nothing || path.root.kind == root_kind::itself ||
         path.root.kind == root_kind::lost;
}

}  // namespace

holders look_for_holders(std::vector<allocating_stacks> const& places, std::size_t most)
{
  question const asked{places, most, find_thread_local_blocks(),
                       detail::task_table::instance().records(),
                       static_cast<int>(::syscall(SYS_gettid))};
  auto first = look_at_heap<holders>(answer_in_child, &asked, parse);
  if (!first.problem.empty() || std::ranges::none_of(first.paths, is_lost)) return first;
  auto const second = look_at_heap<holders>(answer_in_child, &asked, parse);
  first.join(second);
  auto seen = std::exchange(first.paths, {});
  for (auto& path : seen)
  {
    auto const* said = &path;
    if (is_lost(path))
    {
      auto const again =
          std::ranges::find(second.paths, path.hidden_object, &holding_path::hidden_object);
      if (again == second.paths.end()) continue;  // it is gone
      said = &*again;
    }
    first.paths.push_back(*said);
  }
  return first;
}

}  // namespace leaklab::graph
