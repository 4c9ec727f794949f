// Tells the program's own part of a stack from that of libraries: the standard library, Asio, the
// runtime, the allocator, and what starts threads.
#pragma once

#include "model/profile.hpp"

#include <string>

namespace leaklab::model
{

/// A regular expression for their functions, by pprof's names for them.
[[nodiscard]] std::string const& library_functions();

/// Lets stacks begin and end at functions of the program's own. Takes out the frames of libraries
/// from which one is called, such as the thirty of Asio around a handler: pprof would take the
/// handler for part of what it is to drop. Tells pprof (profile::drop_frames) to drop those that a
/// function of the program calls, so that what they allocate counts for it. A stack without any
/// function of the program stays as it is, here and there.
void hide_library_frames(profile& made);

}  // namespace leaklab::model
