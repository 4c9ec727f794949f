// Who holds what, for people and for programs.
#pragma once

#include "model/holders.hpp"

#include <string>

namespace leaklab::encode
{

/// A paragraph a place, and in it the objects, each with the way from it to the root: a line a
/// reference.
[[nodiscard]] std::string holders_as_text(model::holder_report const& report);

[[nodiscard]] std::string holders_as_json(model::holder_report const& report);

}  // namespace leaklab::encode
