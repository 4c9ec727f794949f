// /debug/pprof/trace: what every task does for as long as the client asks and waits.
#pragma once

#include "http/message.hpp"
#include "symbols/place_book.hpp"

namespace leaklab::http
{

/// `seconds` as Go's trace takes it: a fraction is good, anything that is no time counts as 1. The
/// limit is the runtime's own. Go's format is another one: this is Trace Event JSON. `places`
/// outlives the answer.
[[nodiscard]] response trace_tasks(request const& ask, symbols::place_book& places);

}  // namespace leaklab::http
