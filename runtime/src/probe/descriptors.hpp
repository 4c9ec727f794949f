// One descriptor as an example of its kind.
#pragma once

#include <string>
#include <string_view>

namespace leaklab
{

/// The highest descriptor of a kind, as /proc/self/fd names it, a connection by its two addresses:
/// "231 -> /tmp/a.txt", "17 -> 127.0.0.1:4242 to 127.0.0.1:80". The kinds are "file", "directory",
/// "socket", "pipe", "device", "anonymous" and "other"; empty when there is none. Throws like
/// read_fd_counts. Any thread.
[[nodiscard]] std::string example_descriptor(std::string_view kind);

}  // namespace leaklab
