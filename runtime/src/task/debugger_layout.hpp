// What a debugger must know to list the tasks of a process that does not run, a core file say:
// where the table is and at which offsets its fields are. runtime/gdb/leaklab.py reads it by its
// name, with no debug information and no code run in the process.
#pragma once

#include <cstdint>

namespace leaklab::detail
{

/// All words of 8 bytes. A change of their meaning is a new version; new ones go to the end.
struct debugger_layout
{
  std::uint64_t version = 1;
  void const* slabs = nullptr;  ///< two words: begin and end of an array of addresses of slabs
  // In a slab.
  std::uint64_t touched;  ///< how many of its records have been in use
  std::uint64_t records;
  std::uint64_t record_bytes;
  // In a record.
  std::uint64_t word, parent, name, spawned_at, operation, waits_at, stack, waits_since,
      further_waits, queued, frames_are;
  std::uint64_t id_shift, entries_mask;
  // In one of Asio's coroutine frames; all 0 when the await chain is not read.
  std::uint64_t frame_memory, frame_caller, frame_awaits_at;
};

}  // namespace leaklab::detail

/// Filled in when the first task is spawned.
extern "C" leaklab::detail::debugger_layout leaklab_debugger_layout;
