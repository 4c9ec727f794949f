// The figures of one moment, for programs: JSON and Prometheus.
#pragma once

#include "model/statistics.hpp"

#include <string>

namespace leaklab::encode
{

/// {"process": {…}, "heap": {…}, "tasks": {…}, "gauges": {name: value}, "verdicts": {figure: word},
/// "runtime": {…}, its own weight}; bytes and seconds are in the names. A heap that is
/// not watched has its allocator and "watched": false and no figures.
[[nodiscard]] std::string statistics_as_json(model::statistics const& all);

/// process_* as the Prometheus client libraries define them, leaklab_* for the rest; leaklab_heap_*
/// only where the heap is watched. Content type:
/// metrics_text::content_type.
[[nodiscard]] std::string statistics_as_metrics(model::statistics const& all);

}  // namespace leaklab::encode
