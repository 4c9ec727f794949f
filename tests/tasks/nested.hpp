// Coroutines of another file, for await_chain_test.cpp.
#pragma once

#include <leaklab/channel.hpp>
#include <leaklab/spawn.hpp>

namespace nested
{

leaklab::awaitable<void> outer(leaklab::channel<int>& results);

extern int const send_line;

}  // namespace nested
