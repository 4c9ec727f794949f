// The stack of the calling thread, by libgcc's unwinder.
#pragma once

#include <cstdint>
#include <span>

namespace leaklab
{

/// Fills `stack` with return addresses, innermost first, and tells how many. With `skip` 0 the first lies in
/// the caller of this, with 1 in the caller of that, and so on. Allocates nothing and takes no lock (the C
/// library's _dl_find_object is lock-free), so it may be called from within malloc and from a signal handler.
///
/// The object file of this function also defines gperftools' GetStackTrace and GetStackTraceWithContext
/// (gperftools/stacktrace.h). A program's own definitions come before a library's, so tcmalloc's sampler and
/// the CPU profiler unwind with this one, whatever TCMALLOC_STACKTRACE_METHOD says: gperftools as Debian
/// builds it would take libunwind, which is five times slower and waits for the loader's lock.
__attribute__((noinline)) std::size_t capture_stack(std::span<void*> stack, std::size_t skip) noexcept;

}  // namespace leaklab
