#include "graph/task_frames.hpp"

#include "task/await_chain.hpp"

#include <cstddef>

namespace leaklab::graph
{
namespace
{

constexpr std::size_t longest_chain = 1 << 20;  // a longer one is a cycle

/// Whether a word in the heap may be read there.
bool holds(block_table const& blocks, std::uintptr_t address) noexcept
{
  block which;
  return address % sizeof address == 0 && blocks.find(address, which) &&
         address + sizeof address <= blocks.bytes_of(which).end;
}

void add_chain(detail::known_frames const& task, detail::frame_offsets const& layout,
               block_table const& blocks, task_frames& found) noexcept
{
  auto const stack = reinterpret_cast<std::uintptr_t>(task.stack);
  if (!holds(blocks, stack)) return;
  auto frame = load<std::uintptr_t>(stack);
  for (std::size_t i = 0; i != longest_chain; ++i)
  {
    if (!holds(blocks, frame + layout.memory) || !holds(blocks, frame + layout.caller)) return;
    auto const memory = load<std::uintptr_t>(frame + layout.memory);
    // Not the beginning: where that is the end of a block, it would refer to this, too.
    if (!holds(blocks, memory) || !found.addresses.push(memory + sizeof memory)) return;
    found.owners.push(task);
    frame = load<std::uintptr_t>(frame + layout.caller);
  }
}

}  // namespace

bool find_task_frames(workspace& space, std::span<std::span<detail::task_record> const> tasks,
                      block_table const& blocks, task_frames& found) noexcept
{
  found.addresses = array<std::uintptr_t>(space, blocks.count());
  found.owners = array<detail::known_frames>(space, blocks.count());
  if (!found.addresses || !found.owners) return false;
  auto const layout = detail::await_chain_layout();
  if (layout.memory == layout.caller) return true;  // no frames are known
  for (auto const& records : tasks)
    for (auto const& record : records)
      if (auto const task = detail::task_table::frames_of(record); task.id != 0)
        add_chain(task, layout, blocks, found);
  return true;
}

}  // namespace leaklab::graph
