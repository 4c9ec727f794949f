// What the kernel says about this process: descriptors, memory, threads, processor time.
#pragma once

#include <cstddef>
#include <cstdint>

namespace leaklab
{

/// Open file descriptors by what they refer to. Each is a count; the kinds add up to `total`.
struct fd_counts
{
  std::size_t total = 0;
  std::size_t files = 0;  ///< regular files, deleted ones included
  std::size_t directories = 0;
  std::size_t sockets = 0;
  std::size_t pipes = 0;      ///< both ends of pipes and FIFOs
  std::size_t devices = 0;    ///< /dev/null, terminals
  std::size_t anonymous = 0;  ///< the kernel's own: epoll, eventfd, timerfd, memfd
  std::size_t other = 0;
};

struct process_stats
{
  fd_counts fds;
  std::uint64_t fd_limit = 0;        ///< soft RLIMIT_NOFILE; 0 when there is none
  std::uint64_t resident_bytes = 0;  ///< RSS
  std::uint64_t virtual_bytes = 0;
  std::uint64_t virtual_limit_bytes = 0;  ///< soft RLIMIT_AS; 0 when there is none
  std::size_t threads = 0;
  double cpu_seconds = 0;         ///< user and system time since the process began
  double start_time_seconds = 0;  ///< Unix time at which the process began
};

/// Counts /proc/self/fd, leaving out the descriptor that the count itself needs. When the process
/// has none left for that, every number below the soft limit is tried. Costs one statx a
/// descriptor, for deleted files a readlink too. Throws std::system_error if /proc cannot be read.
/// Any thread.
[[nodiscard]] fd_counts read_fd_counts();

/// RSS in bytes alone: the cheap figure for a limit that is checked often. Throws std::system_error
/// if /proc cannot be read, for want of a descriptor too. Any thread.
[[nodiscard]] std::uint64_t read_resident_bytes();

/// Everything at once, from /proc/self/{fd,stat,statm}, /proc/stat (proc(5)) and getrlimit(2).
/// Throws like read_resident_bytes. Any thread.
[[nodiscard]] process_stats read_process_stats();

}  // namespace leaklab
