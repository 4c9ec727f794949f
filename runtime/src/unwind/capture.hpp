// The stack of the calling thread.
#pragma once

#include <cstddef>
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
__attribute__((noinline)) std::size_t capture_stack(std::span<void*> stack, std::size_t skip,
                                                    interrupted how = interrupted::no) noexcept;

/// The two ways of capture_stack(), which takes the first where it leads to the end.
///
/// From frame to frame by the rules of frame_rule_table.hpp. 0 when an address has none, or `size`
/// is 0. Not for a stack that a signal has interrupted: a rule holds at a call.
__attribute__((noinline)) std::size_t follow_rules(void** stack, std::size_t size,
                                                   std::size_t skip) noexcept;

/// By libgcc's unwinder.
__attribute__((noinline)) std::size_t unwind_stack(std::span<void*> stack, std::size_t skip,
                                                   interrupted how = interrupted::no) noexcept;

}  // namespace leaklab
