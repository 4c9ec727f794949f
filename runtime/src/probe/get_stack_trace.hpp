// Has gperftools unwind with capture_stack(): its sampler within malloc, its CPU profiler within a
// signal handler.
//
// get_stack_trace.cpp defines GetStackTrace and GetStackTraceWithContext (gperftools/stacktrace.h).
// A program's own definitions come before a library's, so gperftools calls these, whatever
// TCMALLOC_STACKTRACE_METHOD says. Left to itself it takes libunwind as Debian builds it, and
// libunwind waits for the loader's lock.
//
// Ubuntu links its libraries with -Bsymbolic-functions, so gperftools there calls its own
// definitions all the same. A program that is sampled while it loads or unloads libraries can then
// stand still: one thread has the loader's lock and waits for libunwind's, another one the other
// way round (seen on Ubuntu 24.04, gperftools 2.15, in tests/tools/storm_test; `readelf -rW` of the
// library shows GetStackTrace when the program's definition is taken).
// TCMALLOC_STACKTRACE_METHOD=libgcc in its environment avoids it.
#pragma once

namespace leaklab
{

/// Has the loader find what a capture needs, before one happens within malloc or a signal handler.
/// Called by whatever samples: for it, the linker takes the definitions out of the archive. Any
/// thread, any number of times; not within malloc.
void prepare_to_capture();

}  // namespace leaklab
