// The coroutine frames of all live tasks.
#pragma once

#include "graph/block_table.hpp"
#include "graph/workspace.hpp"
#include "task/task_table.hpp"

#include <cstdint>
#include <span>

namespace leaklab::graph
{

struct task_frames
{
  array<std::uintptr_t> addresses;     ///< in the frames, which lie in the heap
  array<detail::known_frames> owners;  ///< of each of them
};

/// Of these records. Frames that a task awaits in another way than by co_await, in a branch of a group,
/// are not among them; none is where Asio's frames are not known (leaklab/detail/asio_version.hpp). For
/// a forked child: a thread may have been changing a chain, so nothing is believed that lies where no
/// frame could. False when there is no memory for it.
[[nodiscard]] bool find_task_frames(workspace& space,
                                    std::span<std::span<detail::task_record> const> tasks,
                                    block_table const& blocks, task_frames& found) noexcept;

}  // namespace leaklab::graph
