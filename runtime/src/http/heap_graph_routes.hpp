// The handlers of the paths that look at the heap as a graph.
#pragma once

#include "http/route.hpp"

namespace leaklab::http
{

/// What nothing refers to: the answer comes after two marks.
[[nodiscard]] response lost(request const& ask, sources& from);

}  // namespace leaklab::http
