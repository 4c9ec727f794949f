// Remembers that something happened, so that a verdict can name it: a release, a change of the
// configuration, the start of a test.
//
//     leaklab::mark("deploy 42");
//
// From outside: curl -X POST 'http://127.0.0.1:6060/debug/marks?text=deploy-42'
#pragma once

#include <cstddef>
#include <string_view>

namespace leaklab
{

/// A longer text is cut off there, at the end of a character.
inline constexpr std::size_t longest_mark = 200;

/// `text` is UTF-8. The last 64 are kept. Any thread.
void mark(std::string_view text);

}  // namespace leaklab
