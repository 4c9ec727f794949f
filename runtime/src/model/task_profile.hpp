// The task profile: how many tasks wait at which place, spawned where.
#pragma once

#include "model/profile.hpp"
#include "symbols/place_book.hpp"

namespace leaklab::model
{

/// Every live task, grouped by name, state, operation and stack. The stack is the await chain
/// (place_book::chain), and below it the place that spawned the task. Named "task", with task/count
/// and frame_space/bytes, of which the first is the default. Labels: name, state, op. Mappings are
/// left to the caller.
[[nodiscard]] profile make_task_profile(symbols::place_book& places);

/// The same as net/http/pprof names it and as scrapers expect it: goroutine/count alone.
[[nodiscard]] profile as_goroutine_profile(profile tasks);

}  // namespace leaklab::model
