// Who holds what, for people and for programs.
#pragma once

#include "model/holders.hpp"

#include <boost/json/object.hpp>

#include <string>

namespace leaklab::encode
{

/// A paragraph a place, and in it the objects, each with the way from it to the root: a line a
/// reference.
[[nodiscard]] std::string holders_as_text(model::holder_report const& report);

[[nodiscard]] std::string holders_as_json(model::holder_report const& report);

/// {"kind", "text", "name", "offset", "task", "thread"}.
[[nodiscard]] boost::json::object path_end_json(model::path_end const& end);

}  // namespace leaklab::encode
