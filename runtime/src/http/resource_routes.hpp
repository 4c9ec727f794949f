// The handler of the path that shows what tasks wait for.
#pragma once

#include "http/route.hpp"

namespace leaklab::http
{

/// After two marks, as it says which tasks are stuck.
[[nodiscard]] response resources(request const& ask, sources& from);

}  // namespace leaklab::http
