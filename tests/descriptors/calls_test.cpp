// Each call that opens a descriptor is noted with the stack that it came from, each that closes one
// is forgotten; and what was done around the C library is not known, rather than wrong.
#include "model/own_line.hpp"
#include "unwind/opening_stacks.hpp"

#include <leaklab/descriptors.hpp>

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

extern "C"
{
#include <sys/pidfd.h>  // which glibc 2.36 has not prepared for C++
}
extern "C" int __open_2(char const*, int);
extern "C" int __openat64_2(int, char const*, int);

namespace
{

using namespace leaklab;

constexpr auto file = "/proc/self/maps";

// Before main; and before the constructors of leaklab::descriptors, or after, as the linker has it.
int const opened_before_main = open(file, O_RDONLY);
int opened_first = -1;
__attribute__((constructor(101))) void open_first()
{
  opened_first = open(file, O_RDONLY);
}

bool is_known(int fd)
{
  return !find_opening_stack(fd).empty();
}

/// The line of this file that opened it.
std::int64_t line_of(int fd)
{
  static symbols::symboliser symbols;
  auto const stack = find_opening_stack(fd);
  auto const* const own = model::innermost_own(symbols, stack, {});
  return own && own->file.ends_with("calls_test.cpp") ? own->line : 0;
}

void shut(int fd)
{
  EXPECT_EQ(close(fd), 0);
}

/// For mkstemp and its kin, which write into it. One at a time.
std::string name_;
char* new_name(char const* suffix = "")
{
  name_ = testing::TempDir() + "calls-XXXXXX" + suffix;
  return name_.data();
}

/// A listener with one client in its queue.
class crowded
{
 public:
  crowded()
  {
    sockaddr const any{AF_UNIX, {}};  // the kernel chooses a name
    bind(listener_, &any, sizeof(sa_family_t));
    listen(listener_, 1);
    sockaddr_storage name{};
    socklen_t size = sizeof name;
    getsockname(listener_, reinterpret_cast<sockaddr*>(&name), &size);
    connect(client_, reinterpret_cast<sockaddr*>(&name), size);
  }
  ~crowded()
  {
    close(listener_);
    close(client_);
  }
  crowded(crowded const&) = delete;
  crowded& operator=(crowded const&) = delete;

  [[nodiscard]] int listener() const { return listener_; }

 private:
  int listener_ = socket(AF_UNIX, SOCK_STREAM, 0);
  int client_ = socket(AF_UNIX, SOCK_STREAM, 0);
};

sigset_t one_signal()
{
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR2);
  return set;
}

struct call
{
  char const* name;
  std::int64_t line;
  std::function<int()> open;
  std::function<void(int)> shut = ::shut;
};

/// Holds what a call returned that is no number.
template <class Pointer>
Pointer held;

FILE* kept(FILE* opened)
{
  return held<FILE*> = opened;
}

DIR* kept(DIR* opened)
{
  return held<DIR*> = opened;
}

void shut_file(int)
{
  EXPECT_EQ(fclose(held<FILE*>), 0);
}

// clang-format off
call const calls[] = {
    {"open", __LINE__, [] { return open(file, O_RDONLY); }},
    {"open64", __LINE__, [] { return open64(file, O_RDONLY); }},
    {"openat", __LINE__, [] { return openat(AT_FDCWD, file, O_RDONLY); }},
    {"openat64", __LINE__, [] { return openat64(AT_FDCWD, file, O_RDONLY); }},
    {"__open_2", __LINE__, [] { return __open_2(file, O_RDONLY); }},
    {"__openat64_2", __LINE__, [] { return __openat64_2(AT_FDCWD, file, O_RDONLY); }},
    {"creat", __LINE__, [] { return creat("/dev/null", 0600); }},
    {"creat64", __LINE__, [] { return creat64("/dev/null", 0600); }},
    {"mkstemp", __LINE__, [] { return mkstemp(new_name()); }},
    {"mkstemp64", __LINE__, [] { return mkstemp64(new_name()); }},
    {"mkostemp", __LINE__, [] { return mkostemp(new_name(), O_CLOEXEC); }},
    {"mkostemp64", __LINE__, [] { return mkostemp64(new_name(), O_CLOEXEC); }},
    {"mkstemps", __LINE__, [] { return mkstemps(new_name(".x"), 2); }},
    {"mkstemps64", __LINE__, [] { return mkstemps64(new_name(".x"), 2); }},
    {"mkostemps", __LINE__, [] { return mkostemps(new_name(".x"), 2, O_CLOEXEC); }},
    {"mkostemps64", __LINE__, [] { return mkostemps64(new_name(".x"), 2, O_CLOEXEC); }},
    {"posix_openpt", __LINE__, [] { return posix_openpt(O_RDWR | O_NOCTTY); }},
    {"shm_open", __LINE__, [] { return shm_open("/leaklab-calls-test", O_RDWR | O_CREAT, 0600); },
     [](int fd) { shut(fd); shm_unlink("/leaklab-calls-test"); }},
    {"memfd_create", __LINE__, [] { return memfd_create("calls_test", 0); }},
    {"socket", __LINE__, [] { return socket(AF_INET, SOCK_STREAM, 0); }},
    {"socketpair", __LINE__, [] { int fds[2]; socketpair(AF_UNIX, SOCK_STREAM, 0, fds); close(fds[0]); return fds[1]; }},
    {"accept", __LINE__, [] { return accept(crowded().listener(), nullptr, nullptr); }},
    {"accept4", __LINE__, [] { return accept4(crowded().listener(), nullptr, nullptr, SOCK_CLOEXEC); }},
    {"pipe", __LINE__, [] { int fds[2]; EXPECT_EQ(pipe(fds), 0); close(fds[0]); return fds[1]; }},
    {"pipe2", __LINE__, [] { int fds[2]; EXPECT_EQ(pipe2(fds, O_CLOEXEC), 0); close(fds[1]); return fds[0]; }},
    {"dup", __LINE__, [] { return dup(0); }},
    {"dup2", __LINE__, [] { return dup2(0, 200); }},
    {"dup3", __LINE__, [] { return dup3(0, 201, O_CLOEXEC); }},
    {"fcntl", __LINE__, [] { return fcntl(0, F_DUPFD, 202); }},
    {"fcntl64", __LINE__, [] { return fcntl64(0, F_DUPFD_CLOEXEC, 203); }},
    {"eventfd", __LINE__, [] { return eventfd(0, 0); }},
    {"epoll_create", __LINE__, [] { return epoll_create(1); }},
    {"epoll_create1", __LINE__, [] { return epoll_create1(0); }},
    {"timerfd_create", __LINE__, [] { return timerfd_create(CLOCK_MONOTONIC, 0); }},
    {"signalfd", __LINE__, [] { auto const set = one_signal(); return signalfd(-1, &set, 0); }},
    {"inotify_init", __LINE__, [] { return inotify_init(); }},
    {"inotify_init1", __LINE__, [] { return inotify_init1(IN_CLOEXEC); }},
    {"pidfd_open", __LINE__, [] { return pidfd_open(getpid(), 0); }},
    {"fopen", __LINE__, [] { return fileno(kept(fopen(file, "r"))); }, shut_file},
    {"fopen64", __LINE__, [] { return fileno(kept(fopen64(file, "r"))); }, shut_file},
    {"freopen", __LINE__, [] { return fileno(kept(freopen(file, "r", fopen("/dev/null", "r")))); }, shut_file},
    {"freopen64", __LINE__, [] { return fileno(kept(freopen64(file, "r", fopen("/dev/null", "r")))); }, shut_file},
    {"tmpfile", __LINE__, [] { return fileno(kept(tmpfile())); }, shut_file},
    {"tmpfile64", __LINE__, [] { return fileno(kept(tmpfile64())); }, shut_file},
    {"popen", __LINE__, [] { return fileno(kept(popen("true", "r"))); }, [](int) { pclose(held<FILE*>); }},
    {"opendir", __LINE__, [] { return dirfd(kept(opendir("/"))); }, [](int) { closedir(held<DIR*>); }},
    {"close_range", __LINE__, [] { return dup2(0, 204); }, [](int fd) { close_range(unsigned(fd), unsigned(fd), 0); }},
};
// clang-format on

class descriptor_calls : public testing::TestWithParam<call>
{
};

TEST_P(descriptor_calls, are_noted_and_forgotten)
{
  auto const& tried = GetParam();
  int const fd = tried.open();
  if (fd < 0 && tried.name == std::string_view("posix_openpt") &&
      (errno == ENODEV || errno == ENOENT))
    GTEST_SKIP() << "there is no terminal to be had";
  ASSERT_GE(fd, 0) << strerror(errno);
  EXPECT_EQ(line_of(fd), tried.line);
  tried.shut(fd);
  unlink(name_.c_str());
  EXPECT_FALSE(is_known(fd));
  int const again = open(file, O_RDONLY);
  EXPECT_GT(line_of(again), tried.line);
  close(again);
}

INSTANTIATE_TEST_SUITE_P(each, descriptor_calls, testing::ValuesIn(calls),
                         [](auto const& each) { return std::string(each.param.name); });

TEST(descriptors, opened_by_libraries_are_noted)
{
  auto const next_number = []
  {
    int const fd = dup(0);
    close(fd);
    return fd;
  };
  int fd = next_number();
  std::ifstream const stream(file);
  EXPECT_EQ(line_of(fd), __LINE__ - 1);

  fd = next_number();
  std::filesystem::directory_iterator const folder("/");
  EXPECT_EQ(line_of(fd), __LINE__ - 1);

  void* const sqlite = dlopen("libsqlite3.so.0", RTLD_NOW | RTLD_LOCAL);
  if (!sqlite) GTEST_SKIP() << "no SQLite";
  auto const open_database =
      reinterpret_cast<int (*)(char const*, void**)>(dlsym(sqlite, "sqlite3_open"));
  void* database = nullptr;
  close(mkstemp(new_name()));
  fd = next_number();
  ASSERT_EQ(open_database(name_.c_str(), &database), 0);
  EXPECT_EQ(line_of(fd), __LINE__ - 1);
  reinterpret_cast<int (*)(void*)>(dlsym(sqlite, "sqlite3_close"))(database);
  EXPECT_FALSE(is_known(fd));
  unlink(name_.c_str());
}

TEST(descriptors, opened_before_main_are_known)
{
  EXPECT_TRUE(is_known(opened_first));
  EXPECT_TRUE(is_known(opened_before_main));
}

TEST(descriptors, are_known_after_main)
{
  auto const program = []
  {
    std::atexit(
        []
        {
          int const fd = open(file, O_RDONLY);
          _exit(is_known(fd) && (close(fd), !is_known(fd)) ? 7 : 8);
        });
    std::exit(0);
  };
  EXPECT_EXIT(program(), testing::ExitedWithCode(7), "");
}

TEST(descriptors, opened_around_the_c_library_are_not_known)
{
  EXPECT_FALSE(is_known(-1));
  EXPECT_FALSE(is_known(1 << 30));
  EXPECT_FALSE(is_known(0)) << "it was open before the program began";
  close(dup(0));  // UndefinedBehaviorSanitizer opens pipes by pipe() and closes them around it
  auto const fd = static_cast<int>(syscall(SYS_openat, AT_FDCWD, file, O_RDONLY));
  EXPECT_FALSE(is_known(fd));

  int pair[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
  char byte = 'x';
  iovec data{&byte, 1};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof fd)]{};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  auto* const rights = CMSG_FIRSTHDR(&message);
  rights->cmsg_level = SOL_SOCKET;
  rights->cmsg_type = SCM_RIGHTS;
  rights->cmsg_len = CMSG_LEN(sizeof fd);
  memcpy(CMSG_DATA(rights), &fd, sizeof fd);
  ASSERT_EQ(sendmsg(pair[0], &message, 0), 1);
  ASSERT_EQ(recvmsg(pair[1], &message, 0), 1);
  int received = -1;
  memcpy(&received, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof received);
  EXPECT_GT(received, fd);
  EXPECT_FALSE(is_known(received));
  for (int const each : {fd, received, pair[0], pair[1]})
    close(each);
}

TEST(descriptors, closed_around_the_c_library_do_not_leave_their_stack_to_the_next)
{
  int const fd = open(file, O_RDONLY);
  EXPECT_TRUE(is_known(fd));  // the look that keeps what it is
  syscall(SYS_close, fd);
  EXPECT_FALSE(is_known(fd));
  ASSERT_EQ(syscall(SYS_openat, AT_FDCWD, "/proc/self/stat", O_RDONLY), fd);
  EXPECT_FALSE(is_known(fd));
  EXPECT_FALSE(is_known(fd)) << "once disbelieved, it stays so";
  close(fd);
  ASSERT_EQ(open(file, O_RDONLY), fd);
  EXPECT_EQ(line_of(fd), __LINE__ - 1);
  close(fd);
}

TEST(descriptors, keep_their_stack_where_a_call_fails)
{
  int const fd = open(file, O_RDONLY);
  auto const opened = line_of(fd);
  EXPECT_EQ(dup2(fd, fd), fd);
  EXPECT_EQ(dup2(-1, fd), -1);
  EXPECT_EQ(dup3(fd, fd, 0), -1);
  EXPECT_EQ(close_range(unsigned(fd), unsigned(fd), CLOSE_RANGE_CLOEXEC), 0);
  EXPECT_EQ(line_of(fd), opened);
  EXPECT_EQ(dup2(0, fd), fd);
  EXPECT_EQ(line_of(fd), __LINE__ - 1);

  errno = 0;
  EXPECT_EQ(close(-1), -1);
  EXPECT_EQ(errno, EBADF);
  EXPECT_EQ(open("/no/such/file", O_RDONLY), -1);
  EXPECT_EQ(errno, ENOENT);
  errno = 77;
  EXPECT_EQ(close(open(file, O_RDONLY)), 0);
  EXPECT_EQ(errno, 77) << "left alone";
  close(fd);
}

TEST(descriptors, run_out_as_ever)
{
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  rlimit const few{64, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
  std::vector<int> all;
  for (int fd = 0; (fd = open(file, O_RDONLY)) >= 0;)
    all.push_back(fd);
  EXPECT_EQ(errno, EMFILE);
  EXPECT_EQ(fopen(file, "r"), nullptr);
  EXPECT_EQ(opendir("/"), nullptr);
  for (int const fd : all)
    EXPECT_TRUE(is_known(fd));
  for (int const fd : all)
    close(fd);
  setrlimit(RLIMIT_NOFILE, &before);
}

TEST(descriptors, of_high_numbers_are_known)
{
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  int const highest = static_cast<int>(std::min<rlim_t>(limit.rlim_cur, 1 << 20)) - 1;
  EXPECT_EQ(dup2(0, highest), highest);
  EXPECT_EQ(line_of(highest), __LINE__ - 1);
  close(highest);
}

TEST(descriptors, belong_to_the_child_of_a_fork_by_themselves)
{
  int const fd = open(file, O_RDONLY);
  pid_t const child = fork();
  if (child == 0)
  {
    bool good = is_known(fd);
    closefrom(fd);
    good = good && !is_known(fd) && is_known(open(file, O_RDONLY));
    _exit(good ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(is_known(fd));
  close(fd);
}

TEST(descriptors, are_noted_in_a_signal_handler)
{
  static int opened = -1;
  auto* const before = signal(SIGUSR1, [](int) { opened = open(file, O_RDONLY); });
  raise(SIGUSR1);
  signal(SIGUSR1, before);
  EXPECT_EQ(line_of(opened), __LINE__ - 3);
  close(opened);
}

TEST(descriptors, of_many_threads_are_told_apart)
{
  constexpr std::size_t threads = 4;
  std::vector<int> kept(threads);
  std::atomic<bool> done{false};
  std::thread reader(
      [&]
      {
        while (!done)
          for (int fd = 0; fd != 64; ++fd)
            (void)find_opening_stack(fd);
      });
  {
    std::vector<std::jthread> all;
    for (std::size_t i = 0; i != threads; ++i)
      all.emplace_back(
          [&kept, i]
          {
            for (int round = 0; round != 5000; ++round)
              close(i % 2 ? dup(0) : eventfd(0, 0));
            kept[i] = i % 2 ? dup(0) : eventfd(0, 0);
          });
  }
  done = true;
  reader.join();
  for (int const fd : kept)
    EXPECT_EQ(line_of(fd), __LINE__ - 6);
  for (int const fd : kept)
    close(fd);
  for (int const fd : kept)
    EXPECT_FALSE(is_known(fd));
}

}  // namespace
