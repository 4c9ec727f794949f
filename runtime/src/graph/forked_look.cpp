#include "graph/forked_look.hpp"

#include "graph/proc_text.hpp"
#include "own_work.hpp"
#include "probe/identity.hpp"
#include "stop_signal.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace leaklab::graph
{
namespace
{

using clock = std::chrono::steady_clock;

// The first byte that comes back, and the second when a reason is all that follows.
constexpr char begun = 'b';
constexpr char failed = 'f';

/// What the child is to do.
struct child_work
{
  void (*run)(looking_child const&, void const*);
  void const* context;
};

/// Both ends, the runtime's own descriptors as long as it lives.
class own_pipe
{
 public:
  own_pipe()
  {
    if (::syscall(SYS_pipe2, ends_.data(), O_CLOEXEC) != 0) return;
    read_.emplace(ends_[0]);
    write_.emplace(ends_[1]);
  }
  ~own_pipe()
  {
    close_write();
    if (read_) ::syscall(SYS_close, ends_[0]);
  }

  own_pipe(own_pipe const&) = delete;
  own_pipe& operator=(own_pipe const&) = delete;

  [[nodiscard]] explicit operator bool() const noexcept { return read_.has_value(); }
  [[nodiscard]] int read_end() const noexcept { return ends_[0]; }
  [[nodiscard]] int write_end() const noexcept { return ends_[1]; }
  void close_write()
  {
    if (write_) ::syscall(SYS_close, ends_[1]);
    write_.reset();
  }

 private:
  std::array<int, 2> ends_{};
  std::optional<own_socket> read_;
  std::optional<own_socket> write_;
};

/// A child that is ended and awaited when it goes out of scope.
class child_process
{
 public:
  explicit child_process(pid_t id) noexcept : id_(id) {}
  ~child_process()
  {
    if (id_ == 0) return;
    ::kill(id_, SIGKILL);
    (void)wait();
  }

  child_process(child_process const&) = delete;
  child_process& operator=(child_process const&) = delete;

  /// Once. Whether it ended by itself, and by its own account well.
  bool wait() noexcept
  {
    int status = 0;
    while (::waitpid(id_, &status, __WALL) < 0)
      if (errno != EINTR) return false;
    id_ = 0;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }

 private:
  pid_t id_;
};

void write_text(char const* path, std::string_view text) noexcept
{
  raw_file const file(path, O_WRONLY);
  if (file) (void)!::syscall(SYS_write, file.get(), text.data(), text.size());
}

/// Runs in the child. Its frame is deeper than what the caller keeps on the stack.
[[noreturn, gnu::noinline]] void run_child(child_work const& work, int pipe, pid_t parent,
                                           std::span<stopped_thread const> threads) noexcept
{
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(0);
  write_text("/proc/self/oom_score_adj", "1000");
  looking_child const self{pipe, parent,
                           reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)), threads};
  work.run(self, work.context);
  ::_exit(0);
}

/// Has this thread's registers on its stack, then makes a child. The child does not return.
[[gnu::noinline]] pid_t fork_with_registers(child_work const& work, int pipe,
                                            std::span<stopped_thread const> threads) noexcept
{
  __builtin_unwind_init();
  auto const parent = static_cast<pid_t>(::syscall(SYS_getpid));
  // No signal at its end, no memory shared: fork() without its handlers.
  auto const made =
      static_cast<pid_t>(::syscall(SYS_clone, 0L, nullptr, nullptr, nullptr, nullptr));
  if (made == 0) run_child(work, pipe, parent, threads);
  return made;
}

enum class ending
{
  answered,
  did_not_begin,
  was_slow,
  was_long,
  broke_off
};

ending read_answer(int pipe, clock::time_point begin, look_limits const& limits, std::string& into)
{
  std::vector<char> buffer(1 << 16);
  for (;;)
  {
    bool const has_begun = !into.empty();
    auto const until = begin + (has_begun ? limits.in_all : limits.to_begin);
    auto const left = std::chrono::ceil<std::chrono::milliseconds>(until - clock::now()).count();
    pollfd waits{pipe, POLLIN, 0};
    auto const ready = left > 0 ? ::poll(&waits, 1, static_cast<int>(left)) : 0;
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return has_begun ? ending::was_slow : ending::did_not_begin;
    auto const got = ::syscall(SYS_read, pipe, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return into.empty() ? ending::broke_off : ending::answered;
    into.append(buffer.data(), static_cast<std::size_t>(got));
    if (into.size() > limits.bytes) return ending::was_long;
  }
}

std::string name_of(int thread)
{
  auto const name = read_thread_name(thread);
  return fmt::format("thread {} ({})", thread, name.empty() ? "ended" : name);
}

std::string why_not_stopped(stopped_threads const& threads)
{
  using enum stop_outcome;
  switch (threads.outcome())
  {
    case stopped:
      break;
    case blocks_the_signal:
      return fmt::format(
          "{} blocks all signals, so what its registers refer to cannot be seen: leave signal {} open "
          "in it",
          name_of(threads.culprit()), stop_signal());
    case does_not_answer:
      return fmt::format("{} did not stand still in time", name_of(threads.culprit()));
    case signal_is_taken:
      return "this program handles all real-time signals: none is left to have its threads stand "
             "still";
    case too_many:
      return "the threads of this program could not be listed and stopped: too many of them, or of "
             "waiting signals";
  }
  return {};
}

/// One attempt. Whether another one may do better.
bool attempt(child_work const& work, look_limits const& limits, look& result)
{
  result.problem.clear();
  result.bytes.clear();
  own_pipe pipe;
  if (!pipe)
  {
    result.problem = fmt::format("no pipe: {}", std::strerror(errno));
    return false;
  }
  stopped_threads threads(limits.to_stop);
  if (threads.outcome() != stop_outcome::stopped)
  {
    result.problem = why_not_stopped(threads);
    result.pause = std::max(result.pause, threads.pause());
    return threads.outcome() == stop_outcome::does_not_answer;
  }
  auto const made = fork_with_registers(work, pipe.write_end(), threads.threads());
  auto const error = errno;
  threads.release();
  result.pause = std::max(result.pause, threads.pause());
  if (made < 0)
  {
    result.problem = fmt::format("this process could not be forked: {}", std::strerror(error));
    return false;
  }
  child_process child(made);
  pipe.close_write();
  switch (read_answer(pipe.read_end(), clock::now(), limits, result.bytes))
  {
    case ending::answered:
      break;
    case ending::did_not_begin:
      result.problem = "a thread that was stopped had the allocator's lock each time";
      return true;
    case ending::broke_off:
      result.problem = child_broke_off;
      return true;
    case ending::was_slow:
      result.problem = fmt::format("the look at the heap took longer than {:.0f} s",
                                   std::chrono::duration<double>(limits.in_all).count());
      return false;
    case ending::was_long:
      result.problem = "the answer is too long";
      return false;
  }
  result.bytes.erase(0, 1);
  bool const ended_well = child.wait();
  if (result.bytes.size() == 2 && result.bytes[0] == failed)
    result.reason = static_cast<std::uint8_t>(result.bytes[1]);
  else if (!ended_well)
    result.problem = child_broke_off;
  return !result.problem.empty();
}

}  // namespace

void looking_child::has_begun() const noexcept
{
  write(&begun, 1);
}

void looking_child::close_inherited() const noexcept
{
  auto const own = static_cast<unsigned>(pipe);
  if (own > 0) ::syscall(SYS_close_range, 0U, own - 1, 0U);
  ::syscall(SYS_close_range, own + 1, ~0U, 0U);
}

bool looking_child::write(void const* bytes, std::size_t count) const noexcept
{
  auto const* at = static_cast<char const*>(bytes);
  while (count != 0)
  {
    auto const written = ::syscall(SYS_write, pipe, at, count);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    at += written;
    count -= static_cast<std::size_t>(written);
  }
  return true;
}

void looking_child::fail(std::uint8_t reason) const noexcept
{
  std::array<char, 2> const answer{failed, static_cast<char>(reason)};
  (void)write(answer.data(), answer.size());
  ::_exit(1);
}

look look_in_fork(void (*run)(looking_child const&, void const*), void const* context,
                  look_limits const& limits)
{
  look result;
  auto const begin = clock::now();
  for (int i = 0; i != limits.attempts && attempt({run, context}, limits, result); ++i)
  {
  }
  result.time = clock::now() - begin;
  return result;
}

}  // namespace leaklab::graph
