#include "probe/stack_trace.hpp"

#include <gperftools/stacktrace.h>
#include <unwind.h>

namespace leaklab
{
namespace
{

struct capture
{
  std::span<void*> stack;
  std::size_t skip;
  std::size_t depth = 0;
};

_Unwind_Reason_Code visit(_Unwind_Context* frame, void* argument)
{
  capture& into = *static_cast<capture*>(argument);
  if (into.skip > 0)
  {
    --into.skip;
    return _URC_NO_REASON;
  }
  auto const address = _Unwind_GetIP(frame);
  if (address == 0 || into.depth == into.stack.size()) return _URC_END_OF_STACK;
  into.stack[into.depth++] = reinterpret_cast<void*>(address);
  return into.depth == into.stack.size() ? _URC_END_OF_STACK : _URC_NO_REASON;
}

}  // namespace

std::size_t capture_stack(std::span<void*> stack, std::size_t skip) noexcept
{
  capture into{stack, skip + 1};  // the unwinder begins with this function
  _Unwind_Backtrace(visit, &into);
  return into.depth;
}

}  // namespace leaklab

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
                                            static_cast<std::size_t>(skip_count) + 1);
  return static_cast<int>(depth);
}
