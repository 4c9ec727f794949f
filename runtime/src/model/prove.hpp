// What a report can be sure of, however short the time that it has watched.
#pragma once

#include "graph/unreachable.hpp"
#include "model/finding.hpp"
#include "model/own_line.hpp"
#include "symbols/symboliser.hpp"

namespace leaklab::model
{

/// Adds the proof to the report. A finding of which more is proven than noise_of() it is leaking from then
/// on, and so are its figure and the report; nothing else changes. Reads debug data.
void prove(leak_report& report, graph::unreachable const& found, symbols::symboliser& symbols,
           libraries const& named);

}  // namespace leaklab::model
