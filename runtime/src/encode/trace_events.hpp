// The Trace Event Format, JSON object form: "Trace Event Format", N. Duca and D. Sinclair,
// https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU. Perfetto and
// chrome://tracing read it.
#pragma once

#include "encode/pieces.hpp"
#include "model/task_timeline.hpp"
#include "symbols/place_book.hpp"

namespace leaklab::encode
{

/// Each task is a "thread", whose tid is the lower 31 bits of its id.
/// - "M": the names of the process and of the threads, which are those of the tasks.
/// - "X", category "task": its life; arguments say where and by whom it was spawned and how it
///   ended. Inside it, "wait", named by the operation, with the co_await as argument, and "run": on
///   a thread.
/// - "s" and "f", category "spawn", id of the child: the arrow from the parent's life to that of
///   the child.
///
/// Times are microseconds since the trace began, in eighths: binary fractions hold those exactly,
/// so no reader rounds a slice beyond the one that it lies in. otherData says how long the trace
/// is, and names what is not in it. `places` outlives the result.
[[nodiscard]] pieces encode_trace_events(model::task_timeline timeline,
                                         symbols::place_book& places);

}  // namespace leaklab::encode
