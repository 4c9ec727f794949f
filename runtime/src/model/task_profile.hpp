// The task profile: how many tasks wait at which place, spawned where.
#pragma once

#include "model/profile.hpp"
#include "model/site_book.hpp"

#include <string>

namespace leaklab::model
{

/// Every live task, grouped by name, state, operation, place of waiting and place of spawning. The stack's
/// leaf is the co_await that a waiting task is in; below it stands the place that spawned it. Labels: name,
/// state, op. `name` becomes the profile's and the sample type's: "task", or "goroutine" for those who ask
/// for that. Mappings are left to the caller; the places enter `sites`.
[[nodiscard]] profile make_task_profile(std::string name, site_book& sites);

}  // namespace leaklab::model
