#include "probe/stack_trace.hpp"

#include "probe/library_range.hpp"

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
  library_range const* last;  // the library that ends the stack, if one does
  std::size_t depth = 0;
};

library_range const& libgcc()
{
  static library_range const range(reinterpret_cast<void*>(&_Unwind_Backtrace));
  return range;
}

_Unwind_Reason_Code visit(_Unwind_Context* frame, void* argument)
{
  capture& into = *static_cast<capture*>(argument);
  if (into.skip > 0)
  {
    --into.skip;
    return _URC_NO_REASON;
  }
  auto* const address = reinterpret_cast<void*>(_Unwind_GetIP(frame));
  if (!address || into.depth == into.stack.size()) return _URC_END_OF_STACK;
  into.stack[into.depth++] = address;
  bool const ends = into.depth == into.stack.size() || (into.last && into.last->contains(address));
  return ends ? _URC_END_OF_STACK : _URC_NO_REASON;
}

}  // namespace

std::size_t capture_stack(std::span<void*> stack, std::size_t skip, interrupted how) noexcept
{
  // The unwinder begins with this function.
  capture into{stack, skip + 1, how == interrupted::by_signal ? &libgcc() : nullptr};
  _Unwind_Backtrace(visit, &into);
  return into.depth;
}

void prepare_to_capture()
{
  void* resolved = nullptr;
  (void)capture_stack({&resolved, 1}, 0, interrupted::by_signal);
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
  auto const depth =
      leaklab::capture_stack({result, static_cast<std::size_t>(max_depth)},
                             static_cast<std::size_t>(skip_count) + 1, leaklab::interrupted::by_signal);
  return static_cast<int>(depth);
}
