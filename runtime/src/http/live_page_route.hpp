// The page at "/".
#pragma once

#include "http/message.hpp"
#include "http/route.hpp"

#include <span>

namespace leaklab::http
{

/// Links to those of `known` that have a description.
[[nodiscard]] response live_page(request const& ask, sources& from, std::span<route const> known);

}  // namespace leaklab::http
