// The stack of the calling thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace leaklab
{

enum class interrupted
{
  no,
  by_signal
};

/// Fills `stack` with return addresses, innermost first, and tells how many. With `skip` 0 the
/// first lies in the caller of this, with 1 in the caller of that, and so on. Allocates nothing and
/// takes no lock (the C library's _dl_find_object is lock-free), so it may be called from within
/// malloc and from a signal handler.
///
/// A stack captured in a signal handler ends at a function of libgcc's. A throw that has found its
/// handler restores the handler's registers over those saved in its own frames, and a signal may
/// come in between: beyond, the way would lead anywhere. So the time that throwing takes shows as
/// libgcc's, without callers.
///
/// The object file of this function also defines gperftools' GetStackTrace and
/// GetStackTraceWithContext (gperftools/stacktrace.h). A program's own definitions come before a
/// library's, so tcmalloc's sampler and the CPU profiler unwind with this one, whatever
/// TCMALLOC_STACKTRACE_METHOD says: gperftools as Debian builds it would take libunwind, which is
/// five times slower than libgcc and waits for the loader's lock.
///
/// Ubuntu links its libraries with -Bsymbolic-functions, so gperftools there calls its own
/// definitions all the same. A program that is sampled while it loads or unloads libraries can then
/// stand still: one thread has the loader's lock and waits for libunwind's, another one the other
/// way round (seen on Ubuntu 24.04, gperftools 2.15, in tests/tools/storm_test; `readelf -rW` of
/// the library shows GetStackTrace when the program's definition is taken).
/// TCMALLOC_STACKTRACE_METHOD=libgcc in its environment avoids it.
__attribute__((noinline)) std::size_t capture_stack(std::span<void*> stack, std::size_t skip,
                                                    interrupted how = interrupted::no) noexcept;

/// The two ways of capture_stack(), which takes the first where it leads to the end.
///
/// From frame to frame by the rules of frame_rule_table.hpp. 0 when an address has none, or `stack`
/// is empty. Not for a stack that a signal has interrupted: a rule holds at a call.
__attribute__((noinline)) std::size_t follow_rules(std::span<void*> stack,
                                                   std::size_t skip) noexcept;

/// By libgcc's unwinder.
__attribute__((noinline)) std::size_t unwind_stack(std::span<void*> stack, std::size_t skip,
                                                   interrupted how = interrupted::no) noexcept;

/// From now on a stack that the allocator asks for ends with a note of `value`, which is below
/// 2^63: of a sample tcmalloc keeps nothing but the size and the stack. The note is an address of
/// the upper half of the address space, where no program's code is. Others who call GetStackTrace
/// get no note.
void note_in_allocator_stacks(std::int64_t value);

/// Whether a stack has ended with a note. It never does on Ubuntu, nor where tcmalloc is linked
/// statically.
[[nodiscard]] bool allocator_takes_notes() noexcept;

/// The note at the end of the stack, which it takes off; nothing when there is none.
std::optional<std::int64_t> take_note(std::span<void* const>& stack) noexcept;

/// Has the loader find what a capture needs, before one happens within malloc or a signal handler.
void prepare_to_capture();

}  // namespace leaklab
