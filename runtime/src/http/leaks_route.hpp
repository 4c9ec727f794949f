// The handler of the path that says what leaks.
#pragma once

#include "http/route.hpp"

namespace leaklab::http
{

/// The verdict; `format` is text or json. With `prove=1` also what two marks of the heap prove: they are
/// made for this parameter alone.
[[nodiscard]] response leaks(request const& ask, sources& from);

}  // namespace leaklab::http
