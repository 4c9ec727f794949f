// The marks that were set, for programs.
#pragma once

#include "model/marks.hpp"

#include <string>
#include <vector>

namespace leaklab::encode
{

/// [{"text", "set_at": seconds since the Unix epoch}, …], the oldest first.
[[nodiscard]] std::string marks_as_json(std::vector<model::kept_mark> const& marks);

}  // namespace leaklab::encode
