#include "graph/stopped_threads.hpp"

#include "graph/proc_text.hpp"
#include "graph/workspace.hpp"
#include "stop_signal.hpp"

#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>

namespace leaklab::graph
{
namespace
{

constexpr std::size_t most_threads = 1 << 15;

struct slot
{
  std::atomic<int> id{0};  // written last
  stopped_thread thread;
};

/// Handlers may come late, when nobody waits for them any more, so this lives for ever.
struct shared
{
  std::atomic<std::uint32_t> round{0};    // odd while threads are to stand still
  std::atomic<std::uint32_t> inside{0};   // handlers at work
  std::atomic<std::uint32_t> claimed{0};  // slots
  std::atomic<std::uint32_t> arrived{0};
  std::atomic<slot*> slots{nullptr};  // as many as most_threads
};
constinit shared all;

long futex(std::atomic<std::uint32_t>& word, int operation, std::uint32_t value,
           timespec const* timeout = nullptr) noexcept
{
  static_assert(sizeof word == sizeof(std::uint32_t));
  return ::syscall(SYS_futex, &word, operation | FUTEX_PRIVATE_FLAG, value, timeout, nullptr, 0);
}

/// Where the registers that a signal has saved end.
std::uintptr_t end_of_frame(ucontext_t const* context) noexcept
{
  auto end = reinterpret_cast<std::uintptr_t>(context + 1);
#if defined(__x86_64__)
  if (auto const* const saved = context->uc_mcontext.fpregs)
  {
    auto const begin = reinterpret_cast<std::uintptr_t>(saved);
    _fpx_sw_bytes extent;
    constexpr std::size_t extent_at =
        464;  // asm/sigcontext.h: the software-reserved bytes of FXSAVE
    std::memcpy(&extent, reinterpret_cast<void const*>(begin + extent_at), sizeof extent);
    end = std::max(
        end, begin + (extent.magic1 == FP_XSTATE_MAGIC1 ? extent.extended_size : sizeof *saved));
  }
#endif
  return end;
}

std::uintptr_t stack_pointer_of(ucontext_t const* context) noexcept
{
#if defined(__x86_64__)
  return static_cast<std::uintptr_t>(context->uc_mcontext.gregs[REG_RSP]);
#elif defined(__aarch64__)
  return context->uc_mcontext.sp;
#else
  return reinterpret_cast<std::uintptr_t>(context);  // then a handler's own stack is not known
#endif
}

void stand_still(std::uint32_t round, void* context) noexcept
{
  auto const index = all.claimed.fetch_add(1);
  if (index >= most_threads) return;
  auto const* const interrupted = static_cast<ucontext_t const*>(context);
  auto& mine = all.slots.load()[index];
  auto const id = static_cast<int>(::syscall(SYS_gettid));
  mine.thread.id = id;
  mine.thread.stack_pointer = stack_pointer_of(interrupted);
  mine.thread.thread_pointer = reinterpret_cast<std::uintptr_t>(__builtin_thread_pointer());
  auto const signal_stack = reinterpret_cast<std::uintptr_t>(interrupted->uc_stack.ss_sp);
  mine.thread.is_on_signal_stack =
      mine.thread.stack_pointer - signal_stack <= interrupted->uc_stack.ss_size;
  mine.thread.frame_begin = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  mine.thread.frame_end = end_of_frame(interrupted);
  mine.id.store(id, std::memory_order_release);
  all.arrived.fetch_add(1);
  futex(all.arrived, FUTEX_WAKE, 1);
  while (all.round.load() == round)
    futex(all.round, FUTEX_WAIT, round);
}

extern "C" void leaklab_on_stop_signal(int, siginfo_t*, void* context)
{
  auto const saved_errno = errno;
  all.inside.fetch_add(1);
  if (auto const round = all.round.load(); round % 2 == 1) stand_still(round, context);
  all.inside.fetch_sub(1);
  errno = saved_errno;
}

bool handler_is_there() noexcept
{
  auto const signal = stop_signal();
  struct sigaction current = {};
  if (signal == 0 || ::sigaction(signal, nullptr, &current) != 0) return false;
  if (current.sa_sigaction == leaklab_on_stop_signal) return true;
  if (current.sa_handler != SIG_DFL) return false;
  struct sigaction ours = {};
  ours.sa_sigaction = leaklab_on_stop_signal;
  ours.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
  ::sigfillset(&ours.sa_mask);
  return ::sigaction(signal, &ours, nullptr) == 0;
}

enum class readiness
{
  ready,
  blocks_the_signal,
  ended
};

readiness readiness_of(int thread) noexcept
{
  line_reader status(
      proc_path("/proc/self/task/", static_cast<std::uint64_t>(thread), "/status").c_str());
  while (auto line = status.next())
  {
    constexpr std::string_view state = "State:\t";
    constexpr std::string_view blocked = "SigBlk:\t";
    if (line->starts_with(state) && line->size() > state.size() &&
        (line->at(state.size()) == 'Z' || line->at(state.size()) == 'X'))
      return readiness::ended;
    if (!line->starts_with(blocked)) continue;
    line->remove_prefix(blocked.size());
    bool const is_blocked = (take_hex(*line) >> (stop_signal() - 1) & 1) != 0;
    return is_blocked ? readiness::blocks_the_signal : readiness::ready;
  }
  return readiness::ended;
}

std::mutex one_at_a_time;

}  // namespace

stopped_threads::stopped_threads(std::chrono::milliseconds patience) : lock_(one_at_a_time)
{
  outcome_ = stop(patience);
  if (outcome_ != stop_outcome::stopped) release();
}

stop_outcome stopped_threads::stop(std::chrono::milliseconds patience) noexcept
{
  static workspace space;
  static array<int> known(space, most_threads);
  static slot* const slots = static_cast<slot*>(space.take(most_threads * sizeof(slot)));
  if (!known || !slots) return stop_outcome::too_many;
  if (!handler_is_there()) return stop_outcome::signal_is_taken;
  auto until = clock::now() + patience;
  while (all.inside.load() != 0)  // late for a round before
  {
    if (clock::now() > until) return stop_outcome::does_not_answer;
    ::sched_yield();
  }
  auto const own_id = static_cast<int>(::syscall(SYS_gettid));
  auto const process = static_cast<int>(::syscall(SYS_getpid));
  for (auto i = std::min<std::size_t>(all.claimed.load(), most_threads); i-- > 0;)
    slots[i].id.store(0, std::memory_order_relaxed);
  all.slots.store(slots);
  all.claimed.store(0);
  all.arrived.store(0);

  // Before anybody stands still, as this takes the longest. A thread that has just been started has
  // all signals blocked for a moment.
  auto problem = stop_outcome::stopped;
  do
  {
    if (problem != stop_outcome::stopped) ::sched_yield();
    problem = stop_outcome::stopped;
    known.clear();
    bool const is_read = for_each_number("/proc/self/task",
                                         [&](std::uint32_t number)
                                         {
                                           auto const thread = static_cast<int>(number);
                                           if (thread == own_id) return;
                                           if (readiness_of(thread) == readiness::blocks_the_signal)
                                           {
                                             culprit_ = thread;
                                             problem = stop_outcome::blocks_the_signal;
                                           }
                                           else if (!known.push(thread))
                                             problem = stop_outcome::too_many;
                                         });
    if (!is_read || problem == stop_outcome::too_many) return stop_outcome::too_many;
  } while (problem != stop_outcome::stopped && clock::now() < until);
  if (problem != stop_outcome::stopped) return problem;

  begin_ = clock::now();
  until = begin_ + patience;
  is_stopped_ = true;
  all.round.fetch_add(1);
  auto const send = [&](int thread)
  {
    if (::syscall(SYS_tgkill, process, thread, stop_signal()) != 0 && errno != ESRCH)
      problem = stop_outcome::too_many;
  };
  for (int const thread : known)
    send(thread);
  // Those that were started meanwhile; when all that are there stand still, nobody starts another.
  for (;;)
  {
    auto const before = all.arrived.load();
    bool all_stand = true;
    bool is_deaf = false;
    bool const is_read = for_each_number(
        "/proc/self/task",
        [&](std::uint32_t number)
        {
          auto const thread = static_cast<int>(number);
          if (thread == own_id) return;
          auto const count = std::min<std::size_t>(all.claimed.load(), most_threads);
          if (std::any_of(slots, slots + count,
                          [thread](slot const& each)
                          { return each.id.load(std::memory_order_acquire) == thread; }))
            return;
          auto const readiness = readiness_of(thread);
          if (readiness == readiness::ended) return;
          all_stand = false;
          culprit_ = thread;
          is_deaf = readiness == readiness::blocks_the_signal;
          if (is_deaf || std::find(known.begin(), known.end(), thread) != known.end()) return;
          if (known.push(thread))
            send(thread);
          else
            problem = stop_outcome::too_many;
        });
    if (!is_read) problem = stop_outcome::too_many;
    if (problem != stop_outcome::stopped) return problem;
    if (all_stand) return stop_outcome::stopped;
    if (clock::now() > until)
      return is_deaf ? stop_outcome::blocks_the_signal : stop_outcome::does_not_answer;
    timespec const a_moment{0, 1'000'000};
    if (all.arrived.load() == before) futex(all.arrived, FUTEX_WAIT, before, &a_moment);
  }
}

std::span<stopped_thread const> stopped_threads::threads() const noexcept
{
  static array<stopped_thread> list;
  static workspace space;
  if (!list) list = array<stopped_thread>(space, most_threads);
  list.clear();
  auto const count = std::min<std::size_t>(all.claimed.load(), most_threads);
  for (std::size_t i = 0; i != count; ++i)
    list.push(all.slots.load()[i].thread);
  return {list.begin(), list.end()};
}

void stopped_threads::release() noexcept
{
  if (!is_stopped_) return;
  all.round.fetch_add(1);
  futex(all.round, FUTEX_WAKE, 0x7fffffff);
  pause_ = clock::now() - begin_;
  is_stopped_ = false;
}

}  // namespace leaklab::graph
