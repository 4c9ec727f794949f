#include "unwind/capture.hpp"

#include "library_range.hpp"

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

// Inlined: the unwinder begins with the function that calls it.
[[gnu::always_inline]] inline std::size_t unwind(std::span<void*> stack, std::size_t skip,
                                                 interrupted how)
{
  capture into{stack, skip + 1, how == interrupted::by_signal ? &libgcc() : nullptr};
  _Unwind_Backtrace(visit, &into);
  return into.depth;
}

}  // namespace

std::size_t capture_stack(std::span<void*> stack, std::size_t skip, interrupted how) noexcept
{
  if (how == interrupted::no)
    if (auto const depth = follow_rules(stack.data(), stack.size(), skip + 1)) return depth;
  return unwind(stack, skip, how);
}

std::size_t unwind_stack(std::span<void*> stack, std::size_t skip, interrupted how) noexcept
{
  return unwind(stack, skip, how);
}

}  // namespace leaklab
