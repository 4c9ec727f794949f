// The stack that each descriptor was opened with: written where descriptors are opened and closed
// (descriptors/calls.cpp), read by whoever asks.
//
// What is kept grows with the highest number that was ever open, by 256 bytes a number, and not
// with time. Nothing here allocates from the heap or takes a lock but read_opening_stack(), so
// openings are noted within malloc, in signal handlers, before main and after it. After a fork the
// child goes on with a copy.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace leaklab
{

enum class opening_notes
{
  absent,    ///< nobody notes: leaklab::descriptors is not linked
  bypassed,  ///< it is, but the program's calls do not come by it
  on
};

[[nodiscard]] opening_notes state_of_opening_notes() noexcept;
void set_state_of_opening_notes(opening_notes state) noexcept;

/// Notes the stack from the caller's caller on: the caller is the function that opens. By the
/// thread that the descriptor was given to, before it hands it on. Leaves errno alone.
void note_opening(int fd) noexcept;

/// Before the number is given back: after that, it may be another thread's.
void forget_opening(int fd) noexcept;

/// From one number to the other, both included.
void forget_openings(unsigned first, unsigned last) noexcept;

/// What statx(2) says of the descriptor, none when it is not open. The first look after an opening
/// keeps device and inode; where a later one finds others, the number was closed and opened again
/// by calls that were not seen, and what was noted of it is not believed any more. Any thread.
[[nodiscard]] std::optional<struct statx> look_at_descriptor(int fd) noexcept;

/// Return addresses, innermost first; empty when they are not known. Any thread.
[[nodiscard]] std::vector<std::uintptr_t> read_opening_stack(int fd);

}  // namespace leaklab
