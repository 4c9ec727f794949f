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

struct statistics
{
  process_stats process;
  heap_stats heap;
  std::int64_t heap_sampling_period = 0;
  task_counts tasks;
  std::uint64_t running = 0;  ///< running, ready and waiting are counted a moment after `tasks`
  std::uint64_t ready = 0;
  std::uint64_t waiting = 0;
  std::vector<task_failure> failures;
  std::vector<gauge_value> gauges;  ///< the program's own
  std::vector<figure_verdict> verdicts;
  own_weight own;
};

/// All but the verdicts and the runtime's own weight.
[[nodiscard]] statistics collect_statistics();

}  // namespace leaklab::model
