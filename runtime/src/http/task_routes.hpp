// The handlers of the paths that show tasks and threads, and of those that name the code they are in.
#pragma once

#include "http/route.hpp"
#include "model/task_list.hpp"

#include <variant>

namespace leaklab::http
{

/// `state`, `min_wait`, `limit`; or what is wrong with them.
[[nodiscard]] std::variant<model::task_filter, response> parse_filter(request const& ask);

[[nodiscard]] response tasks(request const& ask, sources& from);
[[nodiscard]] response threads(request const& ask, sources& from);
[[nodiscard]] response task_list(request const& ask, sources& from);

/// The protocol of gperftools, docs/pprof_remote_servers.html: "0xA+0xB" in, a line "0xA\tname" out
/// for each that is known.
[[nodiscard]] response symbol(request const& ask, sources& from);

/// `seconds` as Go's trace takes it: fractions are fine, and anything that is no time counts as 1.
/// The limit is the runtime's own. So is the format, Trace Event JSON.
[[nodiscard]] response trace(request const& ask, sources& from);

}  // namespace leaklab::http
