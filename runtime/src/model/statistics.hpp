// All figures of one moment, for every surface that shows figures.
#pragma once

#include "model/finding.hpp"

#include <leaklab/gauge.hpp>
#include <leaklab/heap.hpp>
#include <leaklab/process.hpp>
#include <leaklab/task.hpp>

#include <cstdint>
#include <vector>

namespace leaklab::model
{

/// What the runtime itself takes of the process.
struct own_weight
{
  std::size_t watch_bytes = 0;  ///< of the figures and readings that the watch keeps
  std::size_t connections = 0;  ///< to the endpoint, a descriptor each
};

/// Tasks by what they do.
struct state_counts
{
  std::uint64_t running = 0;
  std::uint64_t ready = 0;
  std::uint64_t waiting = 0;

  void add(task_state state) noexcept
  {
    running += state == task_state::running;
    ready += state == task_state::ready;
    waiting += state == task_state::waiting;
  }
};

/// What takes the longer to count the more there is of it, and what code of the program's counts.
struct counted
{
  fd_counts fds;
  state_counts states;
  std::vector<gauge_value> gauges;  ///< the program's own
};

struct statistics
{
  process_stats process;
  heap_stats heap;
  std::int64_t heap_sampling_period = 0;
  task_counts tasks;
  state_counts states;  ///< counted at another moment than `tasks`
  std::vector<task_failure> failures;
  std::vector<gauge_value> gauges;  ///< the program's own
  std::vector<figure_verdict> verdicts;
  own_weight own;
};

/// All but the verdicts and the runtime's own weight.
[[nodiscard]] statistics collect_statistics();

/// The same, with what has been counted before: it takes as long whatever there is in the program,
/// and calls no code of the program's.
[[nodiscard]] statistics collect_statistics(counted&& before);

}  // namespace leaklab::model
