#include "probe/get_stack_trace.hpp"

#include "unwind/capture.hpp"
#include "unwind/frame_rule_table.hpp"

#include <gperftools/stacktrace.h>

int GetStackTrace(void** result, int max_depth, int skip_count)
{
  auto const depth = leaklab::capture_stack({result, static_cast<std::size_t>(max_depth)},
                                            static_cast<std::size_t>(skip_count) + 1);
  return static_cast<int>(depth);
}

// The unwinder finds its way through the frame of the signal by itself.
int GetStackTraceWithContext(void** result, int max_depth, int skip_count, void const*)
{
  auto const depth = leaklab::capture_stack({result, static_cast<std::size_t>(max_depth)},
                                            static_cast<std::size_t>(skip_count) + 1,
                                            leaklab::interrupted::by_signal);
  return static_cast<int>(depth);
}

void leaklab::prepare_to_capture()
{
  void* resolved = nullptr;
  (void)unwind_stack({&resolved, 1}, 0, interrupted::by_signal);
  prepare_frame_rules();
}
