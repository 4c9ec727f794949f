// The task profile: how many tasks wait at which place, spawned where.
#pragma once

#include "model/profile.hpp"
#include "model/task_list.hpp"
#include "symbols/place_book.hpp"

#include <string>

namespace leaklab::model
{

/// Every live task that the filter accepts, whatever its limit, grouped by name, state, operation and
/// stack. The stack is the await chain (place_book::chain), and below it the place that spawned the
/// task. Named "task", with task/count and frame_space/bytes, of which the first is the default.
/// Labels: name, state, op. Mappings are left to the caller.
[[nodiscard]] profile make_task_profile(symbols::place_book& places,
                                        task_filter const& filter = {});

/// The same as net/http/pprof has it and as scrapers expect it: the count alone, named `name`, which
/// is "goroutine" or "goroutineleak".
[[nodiscard]] profile as_goroutine_profile(profile tasks, std::string name = "goroutine");

}  // namespace leaklab::model
