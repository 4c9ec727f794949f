// Descriptors one by one: an example of a kind, and who opened each.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace leaklab
{

/// What it is: the path of a file, the addresses of a socket, `127.0.0.1:4242 to 127.0.0.1:80`; otherwise
/// as /proc/self/fd has it. Empty when it is not open. Any thread.
[[nodiscard]] std::string descriptor_target(int fd);

/// The highest descriptor of a kind, as /proc/self/fd names it, a connection by its two addresses:
/// "231 -> /tmp/a.txt", "17 -> 127.0.0.1:4242 to 127.0.0.1:80". The kinds are "file", "directory",
/// "socket", "pipe", "device", "anonymous" and "other"; empty when there is none. A connection to the
/// endpoint is no example. Throws like
/// read_fd_counts. Any thread.
[[nodiscard]] std::string example_descriptor(std::string_view kind);

struct open_descriptor
{
  int number = 0;
  std::string_view kind;              ///< as above
  std::vector<std::uintptr_t> stack;  ///< of its opening, as opening_stacks.hpp knows it
};

/// All that are open, the runtime's own too. Throws like read_fd_counts. Any thread.
[[nodiscard]] std::vector<open_descriptor> read_open_descriptors();

}  // namespace leaklab
