// How to get from a function's frame to its caller's, as the call frame information says.
//
// libgcc's unwinder looks the information up and interprets it anew for each frame of each stack,
// and follows all registers. But the rules of an address never change, and return addresses need
// two registers only: rsp, and rbp where a function uses it as its frame pointer. So each address
// is interpreted once.
#pragma once

#include <cstdint>
#include <optional>

namespace leaklab
{

/// What holds as long as the function that returns to an address has not returned.
struct frame_rule
{
  /// The caller's rsp is rsp, or rbp, and so many bytes; the return address lies in the eight bytes
  /// below it. 0 for the function that the stack begins with: it has no caller.
  std::uint32_t size = 0;
  bool from_rbp = false;
  /// The caller's rbp lies so many bytes below the caller's rsp; 0 when rbp is still the caller's.
  std::uint32_t saved_rbp = 0;

  bool operator==(frame_rule const&) const = default;
};

/// Nothing when there is no information, when it says more than a frame_rule can, and for a
/// signal's frame. Allocates nothing and takes no lock; any thread, and within a signal handler.
[[nodiscard]] std::optional<frame_rule> read_frame_rule(std::uintptr_t return_address) noexcept;

}  // namespace leaklab
