// The rules of the addresses that stacks have led over, each read once.
#pragma once

#include "unwind/frame_rule.hpp"

namespace leaklab
{

/// What read_frame_rule() says, out of a table, which has no room for frames of 64 KiB. Nothing for
/// addresses that may come to mean something else: those outside the program and the libraries that
/// it cannot be without.
[[nodiscard]] std::optional<frame_rule> find_frame_rule(std::uintptr_t return_address) noexcept;

/// Before it, find_frame_rule() finds nothing. Any thread, any number of times; not within malloc.
void prepare_frame_rules();

}  // namespace leaklab
