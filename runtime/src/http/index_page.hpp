// The page behind /debug/pprof/.
#pragma once

#include "http/route.hpp"

#include <span>
#include <string>

namespace leaklab::http
{

/// What there is to look at: the routes that have a description, with counts. Links are relative,
/// so the page works behind a prefix.
[[nodiscard]] std::string index_page(std::span<route const> known, index_counts const& counts);

}  // namespace leaklab::http
