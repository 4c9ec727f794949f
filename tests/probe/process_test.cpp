#include <leaklab/process.hpp>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <latch>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace
{

using leaklab::fd_counts;

/// Descriptors that are closed at the end of a test, whatever its outcome.
class descriptors
{
 public:
  ~descriptors()
  {
    for (int const fd : open_)
      close(fd);
  }
  void add(int fd)
  {
    ASSERT_GE(fd, 0) << std::strerror(errno);
    open_.push_back(fd);
  }
  void add_pair(std::function<int(int*)> const& make)
  {
    int ends[2] = {-1, -1};
    ASSERT_EQ(make(ends), 0) << std::strerror(errno);
    add(ends[0]);
    add(ends[1]);
  }

 private:
  std::vector<int> open_;
};

std::size_t sum_of_kinds(fd_counts const& fds)
{
  return fds.files + fds.directories + fds.sockets + fds.pipes + fds.devices + fds.anonymous +
         fds.other;
}

TEST(process, each_kind_of_descriptor_moves_its_own_count_by_the_number_opened)
{
  fd_counts const before = leaklab::read_fd_counts();
  descriptors fds;
  std::string name = testing::TempDir() + "leaklab-process-test-XXXXXX";
  int const deleted = mkstemp(name.data());
  fds.add(deleted);
  unlink(name.c_str());
  for (int i = 0; i < 2; ++i)
    fds.add(open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
  for (int i = 0; i < 4; ++i)
    fds.add(open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  for (int i = 0; i < 5; ++i)
    fds.add(socket(AF_INET, SOCK_STREAM, 0));
  fds.add_pair([](int* ends) { return socketpair(AF_UNIX, SOCK_STREAM, 0, ends); });
  for (int i = 0; i < 3; ++i)
    fds.add_pair([](int* ends) { return pipe(ends); });
  for (int i = 0; i < 8; ++i)
    fds.add(open("/dev/null", O_RDONLY | O_CLOEXEC));
  fds.add(epoll_create1(0));
  fds.add(eventfd(0, 0));
  fds.add(timerfd_create(CLOCK_MONOTONIC, 0));
  fds.add(memfd_create("leaklab-process-test", 0));
  fd_counts const after = leaklab::read_fd_counts();

  EXPECT_EQ(after.files - before.files, 3);
  EXPECT_EQ(after.directories - before.directories, 4);
  EXPECT_EQ(after.sockets - before.sockets, 7);
  EXPECT_EQ(after.pipes - before.pipes, 6);
  EXPECT_EQ(after.devices - before.devices, 8);
  EXPECT_EQ(after.anonymous - before.anonymous, 4);
  EXPECT_EQ(after.other, before.other);
  EXPECT_EQ(after.total - before.total, 32);
}

TEST(process, the_kinds_add_up_to_the_total_and_the_count_leaves_no_descriptor_behind)
{
  fd_counts const first = leaklab::read_fd_counts();
  fd_counts const second = leaklab::read_fd_counts();
  EXPECT_EQ(sum_of_kinds(first), first.total);
  EXPECT_EQ(first.total, second.total);
}

TEST(process, descriptors_are_counted_without_one_to_spare)
{
#if defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "UndefinedBehaviorSanitizer opens a pipe to check an exception's type";
#endif
  auto const before = leaklab::read_fd_counts();
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  rlimit const few{1024, limit.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
  std::vector<int> taken;
  for (int fd = -1; (fd = open("/dev/null", O_RDONLY)) >= 0;)
    taken.push_back(fd);
  auto const all = leaklab::read_fd_counts();
  EXPECT_EQ(all.total, before.total + taken.size());
  EXPECT_EQ(all.devices, before.devices + taken.size());
  EXPECT_THROW(static_cast<void>(leaklab::read_resident_bytes()), std::system_error);
  for (int const fd : taken)
    close(fd);
  EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

TEST(process, touched_memory_is_resident_and_untouched_memory_is_virtual)
{
  constexpr std::size_t bytes = 64 << 20;
  auto const before = leaklab::read_process_stats();
  void* const memory =
      mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  auto const reserved = leaklab::read_process_stats();
  std::memset(memory, 1, bytes);
  auto const touched = leaklab::read_process_stats();
  munmap(memory, bytes);
  auto const resident_after = leaklab::read_resident_bytes();

  EXPECT_GE(reserved.virtual_bytes, before.virtual_bytes + bytes);
  EXPECT_LT(reserved.resident_bytes, before.resident_bytes + bytes / 4);
  EXPECT_GE(touched.resident_bytes, before.resident_bytes + bytes * 9 / 10);
  EXPECT_LT(resident_after, touched.resident_bytes - bytes / 2);
}

TEST(process, threads_are_counted)
{
  std::thread([] {}).join();  // ThreadSanitizer starts a thread of its own with the first
  auto const before = leaklab::read_process_stats().threads;
  std::latch end(1);
  std::vector<std::jthread> threads;
  for (int i = 0; i < 3; ++i)
    threads.emplace_back([&end] { end.wait(); });
  auto const during = leaklab::read_process_stats().threads;
  end.count_down();
  EXPECT_EQ(during, before + 3);
}

TEST(process, work_adds_processor_time)
{
  auto const before = leaklab::read_process_stats().cpu_seconds;
  auto now = before;
  while (now < before + 0.02)
    now = leaklab::read_process_stats().cpu_seconds;
  EXPECT_GE(now, before + 0.02);
}

TEST(process, the_start_time_is_in_the_past_and_does_not_move)
{
  auto const first = leaklab::read_process_stats().start_time_seconds;
  auto const second = leaklab::read_process_stats().start_time_seconds;
  double const now =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  EXPECT_EQ(first, second);
  EXPECT_LE(first, now + 2);  // the kernel's boot time is in whole seconds
  EXPECT_GT(first, now - 3600);
}

TEST(process, limits_are_the_soft_ones)
{
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  rlimit const lower{limit.rlim_cur < 500 ? limit.rlim_cur : 500, limit.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &lower), 0);
  auto const stats = leaklab::read_process_stats();
  EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_EQ(stats.fd_limit, lower.rlim_cur);
  rlimit space{};
  ASSERT_EQ(getrlimit(RLIMIT_AS, &space), 0);
  EXPECT_EQ(stats.virtual_limit_bytes, space.rlim_cur == RLIM_INFINITY ? 0 : space.rlim_cur);
}

}  // namespace
