// The verdict: for people, and for programs.
#pragma once

#include "model/leak_watch.hpp"

#include <string>

namespace leaklab::encode
{

/// What leaks, grows or is held, how fast, where; or that nothing is; or how much longer to wait.
/// Ends with what the judge cannot see, ahead of which stands the proof, if there is one.
[[nodiscard]] std::string leaks_as_text(model::leak_report const& report);

/// {"verdict": "leaking" | "growing" | "held" | "bounded" | "steady" | "not known": the worst of all
/// figures; "watched_seconds", "seconds_needed", "patience_seconds"; "findings": [{"verdict",
/// "kind": "tasks" | "gauge" | "fds" | "heap", "what", "value", "share" of the rise of its figure,
/// "per_second", "per_second_range": [least, greatest], "seconds" that it rose, "rise",
/// "since_seconds" and "until_seconds" ago, "bound", "full_in_seconds", "note", "waits_at",
/// "spawned_at", "oldest_seconds", "example_task", "places": [{"function", "file", "line", "amount",
/// "share"}, …], "example_descriptor", "mark": {"text", "seconds_before"}}, …]; "figures": {name:
/// verdict, …}; "not_watched": {"heap": "malloc is …"}}. Null is what a kind of finding does not
/// have. Bytes for heap, else counts. "not_watched" is empty when the verdict is about all that
/// there is.
///
/// With a proof also "proven" in each finding: {"tasks"} that nothing can wake or {"bytes"} that nothing
/// refers to, null where that is not known; in each of a heap's places "lost_bytes"; and "proof":
/// {"tasks": {"problem", "stuck", "waiting", "elsewhere": at most ten of [{"what", "tasks", "waits_at",
/// "spawned_at", "oldest_seconds", "example_task"}, …]}, "heap": {"problem", "lost_bytes"},
/// "pause_seconds", "mark_seconds"}, where a "problem" is null when all is known.
[[nodiscard]] std::string leaks_as_json(model::leak_report const& report);

}  // namespace leaklab::encode
