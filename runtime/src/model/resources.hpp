// What tasks wait for, each with the tasks that wait, and the cycles of tasks that wait for each other.
#pragma once

#include "graph/awaited_objects.hpp"
#include "model/holder_names.hpp"
#include "model/wait_cycles.hpp"
#include "symbols/symboliser.hpp"

#include <leaklab/task.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leaklab::model
{

struct waiting_task
{
  task_id id = 0;
  char const* name = "";
  task_wait wait;  ///< that began first, where it waits in several branches
  bool is_stuck = false;
};

struct resource
{
  std::string_view kind;     ///< "channel", "timer", "descriptor" or "task"
  std::string_view way;      ///< "send" or "receive" for a channel, else empty
  std::size_t capacity = 0;  ///< of a channel
  std::optional<std::chrono::duration<double>> expires_in{};  ///< of a timer; empty for never
  int descriptor = -1;
  std::string target;  ///< of a descriptor: a path, addresses
  task_id task = 0;    ///< whose end is waited for

  std::optional<holder> block;  ///< of the heap that a channel or a timer lies in
  path_end place;               ///< what it is in otherwise, and whose the block is; or empty

  std::vector<waiting_task> waiters;  ///< in the order in which they wait
  std::uint64_t other_handlers = 0;   ///< that wait for it and are no task's
  std::vector<task_id> referrers;     ///< other tasks with a coroutine that refers to it
};

struct resource_report : graph::heap_look
{
  std::vector<resource> resources;  ///< those with the most waiters first
  std::uint64_t waiters = 0;        ///< tasks; one may wait for several resources
  /// Tasks that wait for what is not among the resources, by operation.
  std::map<std::string, std::uint64_t, std::less<>> elsewhere;
  std::uint64_t stuck = 0;
  std::string no_proof;  ///< why it is not known which tasks are stuck; empty when it is
  /// Among stuck tasks. Objects are numbers in `resources`.
  std::vector<std::vector<wait_edge>> cycles;
};

/// From a look at the heap that was made just now. A task that waits no more, or for something else, is
/// left out; so is one whose handler's type is not known, in a program without a symbol table.
[[nodiscard]] resource_report report_resources(symbols::symboliser& symbols, libraries const& named,
                                               graph::awaited_objects const& found);

}  // namespace leaklab::model
