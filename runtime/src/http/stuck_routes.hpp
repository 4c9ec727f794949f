// The handler of the paths that show the tasks which nothing can wake.
#pragma once

#include "http/route.hpp"

namespace leaklab::http
{

/// As the task profile shows all tasks, with its parameters but for `seconds`; the answer comes after
/// two marks. By the name of Go's profile of the same kind, too.
[[nodiscard]] response stuck(request const& ask, sources& from);

}  // namespace leaklab::http
