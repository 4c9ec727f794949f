// Which process this is, beyond the figures of process.hpp.
#pragma once

#include <leaklab/process.hpp>

#include <cstddef>
#include <map>
#include <string>

namespace leaklab
{

struct process_identity
{
  int id = 0;
  std::string name;  ///< of the program, without its folder
};

[[nodiscard]] process_identity read_identity();

/// The program and its arguments, separated by NUL; empty when /proc cannot be read. Any thread.
[[nodiscard]] std::string read_command_line();

/// What a thread is called (proc_pid_comm(5)); empty when it has ended. Any thread.
[[nodiscard]] std::string read_thread_name(int id);

/// How many threads there are now by name (proc_pid_comm(5)). Any thread.
[[nodiscard]] std::map<std::string, std::size_t> count_threads();

/// All but the descriptors, of which there may be many. Throws as read_process_stats does. Any
/// thread.
[[nodiscard]] process_stats read_process_stats_but_fds();

/// The text of /proc/self/maps; empty when it cannot be read. Any thread.
[[nodiscard]] std::string read_memory_map();

}  // namespace leaklab
