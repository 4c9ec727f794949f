// Tasks one by one, as text in the manner of a goroutine dump.
#pragma once

#include "symbols/place_book.hpp"

#include <leaklab/task.hpp>

#include <string>
#include <vector>

namespace leaklab::symbols
{

/// A block a task, in the manner of a goroutine dump. The lines are those of the co_awaits, or of a
/// coroutine's definition where it is not known:
///
///     task 42 [channel send, 3 minutes]: producer
///     produce(channel<int>&)
///         /path/to/leaky.cpp:25
///     created by scenario(lab&) in task 1
///         /path/to/leaky.cpp:34
///
/// A task that waits in several branches has all their operations in its first line, "[channel receive
/// | timer]", and a line for each further one: "also waits for timer in produce(channel<int>&)".
[[nodiscard]] std::string task_blocks(std::vector<task_info> const& tasks, place_book& places);

}  // namespace leaklab::symbols
