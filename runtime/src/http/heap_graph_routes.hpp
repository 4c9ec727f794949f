// The handlers of the paths that look at the heap as a graph.
#pragma once

#include "http/route.hpp"

namespace leaklab::http
{

/// What nothing refers to: the answer comes after two marks.
[[nodiscard]] response lost(request const& ask, sources& from);

/// Who holds the objects of a place in the heap profile: `at` part of its function or line, none for
/// the largest places; `places` and `objects` how many; `format` is text, json or pprof.
[[nodiscard]] response holders(request const& ask, sources& from);
[[nodiscard]] response legacy_holders(request const& ask, sources& from);

}  // namespace leaklab::http
