// What has changed between two profiles.
#pragma once

#include "model/profile.hpp"

namespace leaklab::model
{

/// `later` minus `earlier`, sample by sample: equal stacks and labels are one. Values may be below
/// 0; samples that did not change are left out. The duration is the time between them, and the name
/// ends in "-delta", as in Go. Both have the same sample types.
[[nodiscard]] profile difference(profile later, profile const& earlier);

}  // namespace leaklab::model
