// The verdict: for people, and for programs.
#pragma once

#include "model/leak_watch.hpp"

#include <string>

namespace leaklab::encode
{

/// What grows, how fast, where; or that nothing does; or how much longer to wait. Ends with what
/// the judge cannot see.
[[nodiscard]] std::string leaks_as_text(model::leak_report const& report);

/// {"verdict": "leaking" | "steady" | "not known", "watched_seconds", "seconds_needed", "leaks":
/// [{"kind", "what", "value", "per_second", "per_second_range": [least, greatest], "seconds",
/// "waits_at", "spawned_at", "oldest_seconds", "example_task", "allocated_at",
/// "example_descriptor"}, …], "not_watched": {"heap": "malloc is …"}}. From "waits_at" on null
/// where a kind of leak has no such thing. Bytes for heap, else counts. "not_watched" is empty when
/// the verdict is about all that there is.
[[nodiscard]] std::string leaks_as_json(model::leak_report const& report);

}  // namespace leaklab::encode
