// The threads of this process, as far as the kernel knows them: by name.
#pragma once

#include "model/profile.hpp"

namespace leaklab::model
{

/// Named "threadcreate", as Go calls it, with threadcreate/count. What stands for a stack is one
/// place for each name. Any thread.
[[nodiscard]] profile make_thread_profile();

}  // namespace leaklab::model
