#include "graph/task_frames.hpp"

#include "task/debugger_layout.hpp"

#include <cstddef>
#include <cstring>

namespace leaklab::graph
{
namespace
{

constexpr std::size_t longest_chain = 1 << 20;  // a longer one is a cycle

/// `address` may be read.
std::uintptr_t word_at(std::uintptr_t address) noexcept
{
  std::uintptr_t word;
  std::memcpy(&word, reinterpret_cast<void const*>(address), sizeof word);
  return word;
}

class task_reader
{
 public:
  task_reader(memory_map const& map, block_table const& blocks, task_frames& found) noexcept
      : map_(map), blocks_(blocks), found_(found)
  {
  }

  /// Of all tasks.
  void read_table() noexcept
  {
    auto const slabs = reinterpret_cast<std::uintptr_t>(layout_.slabs);
    bool const knows_frames = layout_.frame_memory != layout_.frame_caller;
    if (slabs == 0 || !knows_frames) return;
    auto const begin = word_at(slabs);
    auto const end = word_at(slabs + sizeof begin);
    for (auto at = begin; at < end && holds(at); at += sizeof at)
      read_slab(word_at(at));
  }

 private:
  /// Whether a word in the heap may be read there.
  [[nodiscard]] bool holds(std::uintptr_t address) const noexcept
  {
    block which;
    return address % sizeof address == 0 && blocks_.find(address, which) &&
           address + sizeof address <= blocks_.bytes_of(which).end;
  }

  void read_slab(std::uintptr_t slab) noexcept
  {
    if (!map_.is_readable(slab, layout_.records)) return;
    auto const count = word_at(slab + layout_.touched);
    if (!map_.is_readable(slab + layout_.records, count * layout_.record_bytes)) return;
    for (std::size_t i = 0; i != count; ++i)
      read_record(slab + layout_.records + i * layout_.record_bytes);
  }

  void read_record(std::uintptr_t record) noexcept
  {
    frame_owner owner;
    owner.task = word_at(record + layout_.word) >> layout_.id_shift;
    auto const stack = word_at(record + layout_.stack);
    if (owner.task == 0 || !holds(stack)) return;
    owner.name = reinterpret_cast<char const*>(word_at(record + layout_.name));
    auto frame = word_at(stack);
    for (std::size_t i = 0; i != longest_chain; ++i)
    {
      if (!holds(frame + layout_.frame_memory) || !holds(frame + layout_.frame_caller)) return;
      auto const memory = word_at(frame + layout_.frame_memory);
      // Not the beginning: where that is the end of a block, it would refer to this, too.
      if (!holds(memory) || !found_.addresses.push(memory + sizeof memory)) return;
      found_.owners.push(owner);
      frame = word_at(frame + layout_.frame_caller);
    }
  }

  detail::debugger_layout const& layout_ = leaklab_debugger_layout;
  memory_map const& map_;
  block_table const& blocks_;
  task_frames& found_;
};

}  // namespace

bool find_task_frames(workspace& space, memory_map const& map, block_table const& blocks,
                      task_frames& found) noexcept
{
  found.addresses = array<std::uintptr_t>(space, blocks.count());
  found.owners = array<frame_owner>(space, blocks.count());
  if (!found.addresses || !found.owners) return false;
  task_reader(map, blocks, found).read_table();
  return true;
}

}  // namespace leaklab::graph
