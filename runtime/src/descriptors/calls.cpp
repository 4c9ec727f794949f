// The functions of the C library that open and close descriptors, each of which takes its note.
//
// What the program defines comes before a library's definition of the same name, so all libraries
// call these. fopen and opendir, among others, do not come by open: each needs its own. The names
// ending in _2 are what calls become that are compiled with _FORTIFY_SOURCE.
#include "unwind/frame_rule_table.hpp"
#include "unwind/opening_stacks.hpp"

#include <leaklab/descriptors.hpp>

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdio>

#pragma GCC diagnostic ignored "-Wignored-attributes"  // what the headers say of arguments

// The C library's headers declare these with _FORTIFY_SOURCE only.
extern "C" int __open_2(char const*, int);
extern "C" int __open64_2(char const*, int);
extern "C" int __openat_2(int, char const*, int);
extern "C" int __openat64_2(int, char const*, int);

/// The linker is told to look for it, so that it takes this file out of the archive.
extern "C" [[gnu::visibility("default")]] void leaklab_descriptors()
{
}

namespace leaklab
{
namespace
{

/// The next definition of a name after the one here: a sanitizer's, or the C library's. Found when
/// it is first called, since that may be before this object's constructors run.
template <class Function>
class next_function
{
 public:
  constexpr explicit next_function(char const* name) noexcept : name_(name) {}

  Function* find() noexcept
  {
    auto* known = found_.load(std::memory_order_relaxed);
    if (known) return known;
    known = reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name_));
    found_.store(known, std::memory_order_relaxed);
    return known;
  }

  template <class... Arguments>
  auto operator()(Arguments... arguments)
  {
    return find()(arguments...);
  }

 private:
  char const* name_;
  std::atomic<Function*> found_{nullptr};
};

// Inlined into the functions below, so that note_opening() is called by these.
[[gnu::always_inline]] inline int noted(int fd)
{
  if (fd >= 0) note_opening(fd);
  return fd;
}

[[gnu::always_inline]] inline std::FILE* noted(std::FILE* file)
{
  if (file) noted(::fileno(file));
  return file;
}

[[gnu::always_inline]] inline DIR* noted(DIR* folder)
{
  if (folder) noted(::dirfd(folder));
  return folder;
}

[[gnu::always_inline]] inline int both_noted(int result, int const* fds)
{
  if (result != 0) return result;
  noted(fds[0]);
  noted(fds[1]);
  return result;
}

void forget(std::FILE* file) noexcept
{
  auto const saved_errno = errno;
  forget_opening(::fileno(file));  // -1 where it has none
  errno = saved_errno;
}

}  // namespace

// Defines the function `name`, in whose body next_<name> is the one that it stands ahead of. Under
// another name for the compiler, as headers may define some of them inline. None is noexcept:
// cancelling a thread unwinds through them.
#define LEAKLAB_AHEAD_OF(result, name, parameters)                                            \
  static constinit next_function<decltype(::name)> next_##name(#name);                        \
  [[maybe_unused]] static auto* const found_##name =                                          \
      next_##name.find(); /* before a signal handler asks */                                  \
  extern "C" [[gnu::visibility("default")]] result ahead_of_##name parameters __asm__(#name); \
  result ahead_of_##name parameters

#define LEAKLAB_OPENS(result, name, parameters, arguments) \
  LEAKLAB_AHEAD_OF(result, name, parameters)               \
  {                                                        \
    return noted(next_##name arguments);                   \
  }

LEAKLAB_OPENS(int, open, (char const* path, int flags, mode_t mode), (path, flags, mode))
LEAKLAB_OPENS(int, open64, (char const* path, int flags, mode_t mode), (path, flags, mode))
LEAKLAB_OPENS(int, openat, (int at, char const* path, int flags, mode_t mode),
              (at, path, flags, mode))
LEAKLAB_OPENS(int, openat64, (int at, char const* path, int flags, mode_t mode),
              (at, path, flags, mode))
LEAKLAB_OPENS(int, __open_2, (char const* path, int flags), (path, flags))
LEAKLAB_OPENS(int, __open64_2, (char const* path, int flags), (path, flags))
LEAKLAB_OPENS(int, __openat_2, (int at, char const* path, int flags), (at, path, flags))
LEAKLAB_OPENS(int, __openat64_2, (int at, char const* path, int flags), (at, path, flags))
LEAKLAB_OPENS(int, open_by_handle_at, (int mount, file_handle* file, int flags),
              (mount, file, flags))
LEAKLAB_OPENS(int, creat, (char const* path, mode_t mode), (path, mode))
LEAKLAB_OPENS(int, creat64, (char const* path, mode_t mode), (path, mode))
LEAKLAB_OPENS(int, mkstemp, (char* name), (name))
LEAKLAB_OPENS(int, mkstemp64, (char* name), (name))
LEAKLAB_OPENS(int, mkostemp, (char* name, int flags), (name, flags))
LEAKLAB_OPENS(int, mkostemp64, (char* name, int flags), (name, flags))
LEAKLAB_OPENS(int, mkstemps, (char* name, int suffix), (name, suffix))
LEAKLAB_OPENS(int, mkstemps64, (char* name, int suffix), (name, suffix))
LEAKLAB_OPENS(int, mkostemps, (char* name, int suffix, int flags), (name, suffix, flags))
LEAKLAB_OPENS(int, mkostemps64, (char* name, int suffix, int flags), (name, suffix, flags))
LEAKLAB_OPENS(int, posix_openpt, (int flags), (flags))
LEAKLAB_OPENS(int, shm_open, (char const* name, int flags, mode_t mode), (name, flags, mode))
LEAKLAB_OPENS(int, memfd_create, (char const* name, unsigned flags), (name, flags))
LEAKLAB_OPENS(int, socket, (int domain, int type, int protocol), (domain, type, protocol))
LEAKLAB_OPENS(int, accept, (int fd, sockaddr* from, socklen_t* size), (fd, from, size))
LEAKLAB_OPENS(int, accept4, (int fd, sockaddr* from, socklen_t* size, int flags),
              (fd, from, size, flags))
LEAKLAB_OPENS(int, dup, (int fd), (fd))
LEAKLAB_OPENS(int, dup3, (int fd, int to, int flags), (fd, to, flags))
LEAKLAB_OPENS(int, eventfd, (unsigned count, int flags), (count, flags))
LEAKLAB_OPENS(int, epoll_create, (int size), (size))
LEAKLAB_OPENS(int, epoll_create1, (int flags), (flags))
LEAKLAB_OPENS(int, timerfd_create, (clockid_t clock, int flags), (clock, flags))
LEAKLAB_OPENS(int, inotify_init, (), ())
LEAKLAB_OPENS(int, inotify_init1, (int flags), (flags))
LEAKLAB_OPENS(int, fanotify_init, (unsigned flags, unsigned event_flags), (flags, event_flags))
LEAKLAB_OPENS(int, pidfd_open, (pid_t process, unsigned flags), (process, flags))
LEAKLAB_OPENS(std::FILE*, fopen, (char const* path, char const* mode), (path, mode))
LEAKLAB_OPENS(std::FILE*, fopen64, (char const* path, char const* mode), (path, mode))
LEAKLAB_OPENS(std::FILE*, tmpfile, (), ())
LEAKLAB_OPENS(std::FILE*, tmpfile64, (), ())
LEAKLAB_OPENS(std::FILE*, popen, (char const* command, char const* mode), (command, mode))
LEAKLAB_OPENS(DIR*, opendir, (char const* path), (path))

LEAKLAB_AHEAD_OF(std::FILE*, freopen, (char const* path, char const* mode, std::FILE* file))
{
  forget(file);
  return noted(next_freopen(path, mode, file));
}

LEAKLAB_AHEAD_OF(std::FILE*, freopen64, (char const* path, char const* mode, std::FILE* file))
{
  forget(file);
  return noted(next_freopen64(path, mode, file));
}

LEAKLAB_AHEAD_OF(int, socketpair, (int domain, int type, int protocol, int* fds))
{
  return both_noted(next_socketpair(domain, type, protocol, fds), fds);
}

LEAKLAB_AHEAD_OF(int, pipe, (int* fds))
{
  return both_noted(next_pipe(fds), fds);
}

LEAKLAB_AHEAD_OF(int, pipe2, (int* fds, int flags))
{
  return both_noted(next_pipe2(fds, flags), fds);
}

LEAKLAB_AHEAD_OF(int, dup2, (int fd, int to))
{
  int const result = next_dup2(fd, to);
  return fd == to ? result : noted(result);
}

LEAKLAB_AHEAD_OF(int, signalfd, (int fd, sigset_t const* signals, int flags))
{
  int const result = next_signalfd(fd, signals, flags);
  return fd == -1 ? noted(result) : result;
}

// The third argument is an int or a pointer, or is not there.
LEAKLAB_AHEAD_OF(int, fcntl, (int fd, int command, void* argument))
{
  int const result = next_fcntl(fd, command, argument);
  return command == F_DUPFD || command == F_DUPFD_CLOEXEC ? noted(result) : result;
}

LEAKLAB_AHEAD_OF(int, fcntl64, (int fd, int command, void* argument))
{
  int const result = next_fcntl64(fd, command, argument);
  return command == F_DUPFD || command == F_DUPFD_CLOEXEC ? noted(result) : result;
}

LEAKLAB_AHEAD_OF(int, close, (int fd))
{
  forget_opening(fd);
  return next_close(fd);
}

LEAKLAB_AHEAD_OF(int, close_range, (unsigned first, unsigned last, int flags))
{
  if ((unsigned(flags) & CLOSE_RANGE_CLOEXEC) == 0) forget_openings(first, last);
  return next_close_range(first, last, flags);
}

LEAKLAB_AHEAD_OF(void, closefrom, (int first))
{
  forget_openings(first < 0 ? 0 : unsigned(first), UINT_MAX);
  next_closefrom(first);
}

LEAKLAB_AHEAD_OF(int, fclose, (std::FILE * file))
{
  forget(file);
  return next_fclose(file);
}

LEAKLAB_AHEAD_OF(int, pclose, (std::FILE * file))
{
  forget(file);
  return next_pclose(file);
}

LEAKLAB_AHEAD_OF(int, closedir, (DIR * folder))
{
  if (folder) forget_opening(::dirfd(folder));
  return next_closedir(folder);
}

namespace
{

/// Whether a call that any library makes comes by here.
bool sees_calls()
{
  auto* const any = reinterpret_cast<decltype(::eventfd)*>(::dlsym(RTLD_DEFAULT, "eventfd"));
  int const fd = any ? any(0, EFD_CLOEXEC) : -1;
  if (fd < 0) return true;  // who has none left to try with has not come to this by accident
  bool const seen = !read_opening_stack(fd).empty();
  next_close(fd);
  forget_opening(fd);
  return seen;
}

[[maybe_unused]] bool const begun = []
{
  prepare_frame_rules();
  set_state_of_opening_notes(sees_calls() ? opening_notes::on : opening_notes::bypassed);
  return true;
}();

}  // namespace

std::vector<std::uintptr_t> find_opening_stack(int fd)
{
  return look_at_descriptor(fd) ? read_opening_stack(fd) : std::vector<std::uintptr_t>();
}

}  // namespace leaklab
