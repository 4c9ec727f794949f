// The coroutine frames of all live tasks, read as a debugger reads them: without a lock, and nothing
// is believed that lies where it could not lie.
#pragma once

#include "graph/block_table.hpp"
#include "graph/memory_map.hpp"
#include "graph/workspace.hpp"

#include <cstdint>

namespace leaklab::graph
{

/// Whose a frame is.
struct frame_owner
{
  std::uint64_t task = 0;
  char const* name = nullptr;  ///< lives as long as the process
};

struct task_frames
{
  array<std::uintptr_t> addresses;  ///< in the frames, which lie in the heap
  array<frame_owner> owners;        ///< of each of them
};

/// Those that a task awaits in another way than by co_await, in a branch of a group, are not among
/// them; none is where Asio's frames are not known (leaklab/detail/asio_version.hpp). For a forked
/// child. False when there is no memory for it.
[[nodiscard]] bool find_task_frames(workspace& space, memory_map const& map,
                                    block_table const& blocks, task_frames& found) noexcept;

}  // namespace leaklab::graph
