// Which allocator malloc is.
#pragma once

#include <string_view>

namespace leaklab
{

/// Whether what malloc gives belongs to the tcmalloc that this is linked with. False where another
/// library's malloc comes before it. Any thread.
[[nodiscard]] bool malloc_is_tcmalloc();

/// The file name of the library, or the program, that malloc is in: "libjemalloc.so.2". Any thread.
[[nodiscard]] std::string_view malloc_library();

}  // namespace leaklab
