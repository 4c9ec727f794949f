// The heap profile: live sampled objects by the stack that allocated them.
#pragma once

#include "profile.hpp"
#include "symboliser.hpp"

namespace leaklab::model
{

/// Named "heap", with inuse_objects/count and inuse_space/bytes, scaled to estimate all live objects; the
/// period is the sampling period in bytes, 0 when sampling has stopped. As in Go, objects of different sizes
/// from one stack are separate samples, told apart by the number label "bytes". Any thread; may read debug
/// data from disk.
[[nodiscard]] profile make_heap_profile(symboliser& symbols);

}  // namespace leaklab::model
