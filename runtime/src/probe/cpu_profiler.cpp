#include "probe/cpu_profiler.hpp"

#include "probe/get_stack_trace.hpp"

#include <dlfcn.h>
#include <fmt/format.h>
#include <gperftools/profiler.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>
#include <utility>

namespace leaklab
{
namespace
{

/// gperftools installs its handler when its library is loaded. A handler that was installed later
/// gets all the signals in its place.
bool has_signal() noexcept
{
  struct sigaction current
  {
  };
  Dl_info handler{};
  Dl_info profiler{};
  return sigaction(SIGPROF, nullptr, &current) == 0 &&
         dladdr(reinterpret_cast<void*>(current.sa_sigaction), &handler) != 0 &&
         dladdr(dlsym(RTLD_DEFAULT, "ProfilerStart"), &profiler) != 0 &&
         handler.dli_fbase == profiler.dli_fbase;
}

std::string read_all(int fd)
{
  std::string content(static_cast<std::size_t>(lseek(fd, 0, SEEK_END)), '\0');
  std::size_t done = 0;
  while (done < content.size())
  {
    auto const got =
        pread(fd, content.data() + done, content.size() - done, static_cast<off_t>(done));
    if (got <= 0)
      throw std::system_error(errno, std::generic_category(), "cannot read the CPU profile");
    done += static_cast<std::size_t>(got);
  }
  return content;
}

/// ProfilerStop frees memory under the lock that its signal handler takes (gperftools 2.10,
/// profile-handler.cc). A thread that the signal interrupts inside tcmalloc, with one of its locks,
/// would wait for us, and we for it. So the signals end first: no more are made, and those on their
/// way arrive elsewhere. sigpending() tells only of signals that the calling thread blocks.
void end_signals() noexcept
{
  itimerval const none{};
  setitimer(ITIMER_PROF, &none, nullptr);
  sigset_t profiling{};
  sigset_t before{};
  sigemptyset(&profiling);
  sigaddset(&profiling, SIGPROF);
  pthread_sigmask(SIG_BLOCK, &profiling, &before);
  sigset_t pending{};
  for (int i = 0;
       i == 0 || (i < 20 && sigpending(&pending) == 0 && sigismember(&pending, SIGPROF) == 1); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void stop_profiler()
{
  end_signals();
  ProfilerStop();
}

}  // namespace

cpu_profiler::cpu_profiler()
{
  ProfilerState state;
  ProfilerGetCurrentState(&state);
  if (state.enabled) throw cpu_profiler_busy("cpu profiling already in use");
  if (!has_signal()) throw cpu_profiler_unavailable("this program handles SIGPROF itself");
  prepare_to_capture();
  fd_ = memfd_create("leaklab-cpu-profile", MFD_CLOEXEC);
  if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "cannot keep a CPU profile");
  if (ProfilerStart(fmt::format("/proc/self/fd/{}", fd_).c_str()) != 0) return;
  close(fd_);
  throw cpu_profiler_busy("cpu profiling already in use");
}

cpu_profiler::~cpu_profiler()
{
  if (fd_ < 0) return;
  stop_profiler();
  close(fd_);
}

std::string cpu_profiler::stop()
{
  stop_profiler();
  auto content = read_all(fd_);
  close(std::exchange(fd_, -1));
  return content;
}

}  // namespace leaklab
