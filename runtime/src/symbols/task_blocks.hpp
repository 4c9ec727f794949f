// Tasks one by one, as text in the manner of a goroutine dump.
#pragma once

#include "symbols/place_book.hpp"

#include <leaklab/task.hpp>

#include <string>
#include <vector>

namespace leaklab::symbols
{

/// A block a task, in the manner of a goroutine dump; the lines of coroutines that await others are
/// those of their definition:
///
///     task 42 [channel send, 3 minutes]: producer
///     produce(channel<int>&)
///         /path/to/leaky.cpp:25
///     created by scenario(lab&) in task 1
///         /path/to/leaky.cpp:34
[[nodiscard]] std::string task_blocks(std::vector<task_info> const& tasks, place_book& places);

}  // namespace leaklab::symbols
