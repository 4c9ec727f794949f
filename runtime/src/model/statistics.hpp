// All figures of one moment, for every surface that shows figures.
#pragma once

#include <leaklab/gauge.hpp>
#include <leaklab/heap.hpp>
#include <leaklab/process.hpp>
#include <leaklab/task.hpp>

#include <cstdint>
#include <vector>

namespace leaklab::model
{

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
};

[[nodiscard]] statistics collect_statistics();

}  // namespace leaklab::model
