// Where the program spends processor time: gperftools' CPU profiler, with memory in place of its
// file.
#pragma once

#include <stdexcept>
#include <string>

namespace leaklab
{

struct cpu_profiler_busy : std::runtime_error
{
  using runtime_error::runtime_error;
};

struct cpu_profiler_unavailable : std::runtime_error
{
  using runtime_error::runtime_error;
};

/// Samples every thread that does not block SIGPROF, a hundred times a second of processor time (or
/// as CPUPROFILE_FREQUENCY says), as long as it lives. There is one profiler in a process,
/// gperftools'. It says how much it has gathered on stderr when it ends. One thread at a time.
class cpu_profiler
{
 public:
  /// Throws cpu_profiler_busy while there is another, whoever started it; cpu_profiler_unavailable
  /// when this program has none or handles SIGPROF itself; std::system_error when there is no
  /// descriptor left.
  cpu_profiler();
  /// Stops, unless stop() has.
  ~cpu_profiler();

  cpu_profiler(cpu_profiler const&) = delete;
  cpu_profiler& operator=(cpu_profiler const&) = delete;

  /// Ends the profile and returns it as gperftools writes it, for model::make_cpu_profile and
  /// google-pprof.
  [[nodiscard]] std::string stop();

 private:
  int fd_ = -1;
};

}  // namespace leaklab
