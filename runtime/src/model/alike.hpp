// Which tasks a reader would call the same.
#pragma once

#include <leaklab/task.hpp>

#include <boost/container_hash/hash.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>

namespace leaklab::model
{

[[nodiscard]] inline std::span<void const* const> frames_of(task_info const& task)
{
  return std::span(task.frames).first(std::min(task.frame_count, task_info::max_frames));
}

/// Whether tasks look alike. Places and names are compared by their pointers: they come from one
/// constant for one place.
struct alike
{
  bool operator()(task_info const& a, task_info const& b) const noexcept
  {
    return a.name == b.name && a.state == b.state && a.operation == b.operation &&
           a.waits_at == b.waits_at && a.spawned_at == b.spawned_at &&
           a.frame_count == b.frame_count && std::ranges::equal(frames_of(a), frames_of(b)) &&
           std::memcmp(&a.awaits_at, &b.awaits_at, sizeof a.awaits_at) == 0;
  }
};

struct alike_hash
{
  std::size_t operator()(task_info const& task) const noexcept
  {
    std::size_t seed = static_cast<std::size_t>(task.state);
    for (auto const* const pointer :
         {task.name, task.operation, task.waits_at.function, task.spawned_at.function})
      boost::hash_combine(seed, pointer);
    boost::hash_combine(seed, task.waits_at.line);
    boost::hash_combine(seed, task.spawned_at.line);
    for (auto const* const frame : frames_of(task))
      boost::hash_combine(seed, frame);
    return seed;
  }
};

}  // namespace leaklab::model
