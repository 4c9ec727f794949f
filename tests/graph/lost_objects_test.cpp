// What is lost is found, and what a program still has, in whatever way, is not accused.
#include "graph/lost_objects.hpp"

#include "graph/forked_look.hpp"
#include "graph/proc_text.hpp"
#include "hidden_words.hpp"

#include <leaklab/heap.hpp>

#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <any>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

namespace
{

#if LEAKLAB_TCMALLOC && defined(__x86_64__)

using hidden_words::wipe_stack;
using leaklab::graph::in_both;
using leaklab::graph::look_for_lost_objects;
using leaklab::graph::lost_objects;

// Objects are told apart by their size.
constexpr std::size_t kept_size = 2003;
constexpr std::size_t lost_size = 1009;
constexpr std::size_t count = 100;
/// Of so many that are lost; old words, on a stack or in a free block, hold some.
constexpr std::size_t least_found = 80;

/// A machine that is busy may keep a thread from standing still in time; then there is no answer.
lost_objects one_mark()
{
  constexpr int attempts = 20;
  auto lost = look_for_lost_objects();
  for (int i = 0; i != attempts && lost.problem.ends_with("did not stand still in time"); ++i)
    lost = look_for_lost_objects();
  return lost;
}

lost_objects two_marks()
{
  auto first = one_mark();
  return in_both(std::move(first), one_mark());
}

std::size_t count_of(lost_objects const& lost, std::size_t size)
{
  EXPECT_EQ(lost.problem, "");
  return static_cast<std::size_t>(
      std::ranges::count(lost.found, size, &leaklab::graph::lost_object::size));
}

/// Not kept anywhere but where the caller puts it, which the optimiser cannot foresee.
__attribute__((noinline)) std::uintptr_t make(std::size_t size)
{
  auto* const memory = std::malloc(size);
  std::memset(memory, 0, size);
  return ~reinterpret_cast<std::uintptr_t>(memory);
}

template <class T = void>
T* show(std::uintptr_t hidden)
{
  return reinterpret_cast<T*>(~hidden);
}

/// Every allocation is a sample, so that what is found can be counted.
class lost_objects_test : public testing::Test
{
 protected:
  lost_objects_test() { leaklab::set_heap_sampling_period(1); }
  ~lost_objects_test() override { leaklab::set_heap_sampling_period(0); }

  /// `keep` is given each hidden object, and keeps it as a healthy program may. The control is that
  /// as many others, which nobody keeps, are found.
  template <class Keep>
  void expect_kept(Keep keep)
  {
    fill(keep);
    wipe_stack();
    auto const lost = two_marks();
    EXPECT_EQ(count_of(lost, kept_size), 0);
    EXPECT_GE(count_of(lost, lost_size), least_found);
    EXPECT_LE(count_of(lost, lost_size), count);
  }

 private:
  template <class Keep>
  __attribute__((noinline)) static void fill(Keep& keep)
  {
    for (std::size_t i = 0; i != count; ++i)
    {
      keep(make(kept_size));
      make(lost_size);
    }
  }
};

struct node : std::enable_shared_from_this<node>
{
  std::array<char, lost_size> content{};
  std::shared_ptr<node> other;
};

__attribute__((noinline)) void make_cycles()
{
  for (std::size_t i = 0; i != count; ++i)
  {
    auto const one = std::make_shared<node>();
    one->other = std::make_shared<node>();
    one->other->other = one;
  }
}

/// With what a std::shared_ptr adds to an object.
std::size_t count_between(lost_objects const& lost, std::size_t more_than, std::size_t less_than)
{
  return static_cast<std::size_t>(
      std::ranges::count_if(lost.found, [=](auto const& each)
                            { return each.size > more_than && each.size < less_than; }));
}

std::size_t count_of_cycles(lost_objects const& lost)
{
  return count_between(lost, sizeof(node), sizeof(node) + 64);
}

TEST_F(lost_objects_test, cycles_of_shared_pointers_are_lost)
{
  make_cycles();
  wipe_stack();
  auto const lost = two_marks();
  ASSERT_EQ(lost.problem, "");
  EXPECT_GE(count_of_cycles(lost), 2 * least_found);
  EXPECT_LE(count_of_cycles(lost), 2 * count);
}

TEST_F(lost_objects_test, a_list_is_lost_with_its_head)
{
  [] __attribute__((noinline))
  {
    void** head = nullptr;
    for (std::size_t i = 0; i != count; ++i)
    {
      auto* const next = show<void*>(make(lost_size));
      *next = head;
      head = next;
    }
  }
  ();
  wipe_stack();
  auto const found = count_of(two_marks(), lost_size);
  EXPECT_GE(found, least_found);
}

void* variable;
std::vector<void*> vector_of_pointers;

TEST_F(lost_objects_test, what_a_global_container_has_is_kept)
{
  expect_kept([](std::uintptr_t hidden) { vector_of_pointers.push_back(show(hidden)); });
}

TEST_F(lost_objects_test, an_intrusive_list_is_kept)
{
  struct link
  {
    link* next;
  };
  static link head;  // points into the middle of an object, to the link there
  expect_kept(
      [](std::uintptr_t hidden)
      {
        auto* const inner = reinterpret_cast<link*>(show<char>(hidden) + 512);
        inner->next = head.next;
        head.next = inner;
      });
}

/// Not a sample, so beside others in a span.
__attribute__((noinline)) void** make_small_block()
{
  constexpr std::size_t size = 512;
  leaklab::set_heap_sampling_period(0);
  auto* const memory = std::malloc(size);
  std::memset(memory, 0, size);
  leaklab::set_heap_sampling_period(1);
  return static_cast<void**>(memory);
}

TEST_F(lost_objects_test, what_a_pool_has_whose_lists_are_like_the_allocators_is_kept)
{
  struct pool
  {
    void* first;
    std::uint32_t length;
    std::uint32_t others[3];
    std::int32_t block_size;
  };
  static pool here{nullptr, 0, {}, 512};
  static pool& elsewhere = *new pool(here);
  expect_kept(
      [](std::uintptr_t hidden)
      {
        auto& list = here.length < count / 2 ? here : elsewhere;
        void** const block = make_small_block();
        block[0] = list.first;
        block[8] = show(hidden);
        list.first = block;
        ++list.length;
      });
}

TEST_F(lost_objects_test, what_only_free_blocks_have_is_lost)
{
  static std::vector<void*> old_words;  // to the free blocks
  [] __attribute__((noinline))
  {
    std::vector<std::uintptr_t> hidden;
    for (std::size_t i = 0; i != count; ++i)
      hidden.push_back(make(lost_size));
    // So many that a thread's cache and the one between threads overflow; and of each span some block
    // stays in use, as the span would be free otherwise.
    leaklab::set_heap_sampling_period(0);
    std::vector<void**> blocks;
    for (std::size_t i = 0; i != 200 * count; ++i)
    {
      blocks.push_back(static_cast<void**>(std::malloc(512)));
      std::memset(blocks.back(), 0, 512);
      if (i % 7 != 0) blocks.back()[8] = show(hidden[i % count]);
    }
    old_words.assign(blocks.begin(), blocks.end());
    for (std::size_t i = 0; i != blocks.size(); ++i)
      if (i % 7 != 0) std::free(blocks[i]);
    leaklab::set_heap_sampling_period(1);
  }
  ();
  wipe_stack();
  EXPECT_GE(count_of(two_marks(), lost_size), least_found);
}

TEST_F(lost_objects_test, tagged_pointers_are_kept)
{
  static std::vector<std::uintptr_t> words;
  expect_kept(
      [](std::uintptr_t hidden)
      {
        auto const address = reinterpret_cast<std::uintptr_t>(show(hidden));
        switch (words.size() % 3)
        {
          case 0:
            words.push_back(address | 5);
            break;
          case 1:
            words.push_back(address | std::uintptr_t(0xabcd) << 48);
            break;
          default:
            words.push_back(address << 16 | 0x1234);
        }
      });
}

TEST_F(lost_objects_test, what_an_arena_over_mmap_has_is_kept_even_when_it_is_read_only)
{
  auto const arena = [](int flags)
  {
    return static_cast<void**>(
        ::mmap(nullptr, 1 << 20, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0));
  };
  static void** const arenas[] = {arena(MAP_PRIVATE), arena(MAP_PRIVATE), arena(MAP_SHARED)};
  static std::size_t used = 0;
  expect_kept(
      [](std::uintptr_t hidden)
      {
        arenas[used % 3][used * 100] = show(hidden);
        if (++used == count) ::mprotect(arenas[1], 1 << 20, PROT_READ);
      });
}

TEST_F(lost_objects_test, what_std_any_and_std_function_have_is_kept)
{
  struct freed
  {
    void operator()(void* memory) const { std::free(memory); }
  };
  static std::vector<std::any> values;
  static std::vector<std::function<void()>> functions;
  expect_kept(
      [](std::uintptr_t hidden)
      {
        if (values.size() % 2 == 0)
          values.emplace_back(show(hidden));
        else
        {
          values.emplace_back();
          functions.emplace_back([owned = std::shared_ptr<void>(show(hidden), freed())] {});
        }
      });
}

TEST_F(lost_objects_test, what_only_an_epoll_or_a_timer_has_is_kept)
{
  static int const epoll = ::epoll_create1(EPOLL_CLOEXEC);
  static int made = 0;
  expect_kept(
      [](std::uintptr_t hidden)
      {
        if (++made % 10 == 0)
        {
          sigevent on_time{};
          on_time.sigev_notify = SIGEV_SIGNAL;
          on_time.sigev_signo = SIGURG;
          on_time.sigev_value.sival_ptr = show(hidden);
          timer_t timer{};
          ASSERT_EQ(::timer_create(CLOCK_MONOTONIC, &on_time, &timer), 0);
          return;
        }
        epoll_event event{};
        event.data.ptr = show(hidden);
        ASSERT_EQ(::epoll_ctl(epoll, EPOLL_CTL_ADD, ::eventfd(0, EFD_CLOEXEC), &event), 0);
      });
}

TEST_F(lost_objects_test, what_packed_structures_have_is_kept)
{
  static std::vector<epoll_event> events;  // of 12 bytes, so every other pointer lies askew
  expect_kept(
      [](std::uintptr_t hidden)
      {
        events.emplace_back();
        events.back().data.ptr = show(hidden);
      });
}

TEST_F(lost_objects_test, what_is_local_to_a_thread_is_kept)
{
  static std::atomic<int> ready{0};
  static std::atomic<bool> over{false};
  static std::mutex mutex;
  static std::vector<std::uintptr_t> waiting;
  static pthread_key_t key;
  ASSERT_EQ(::pthread_key_create(&key, nullptr), 0);
  std::vector<std::thread> threads;
  expect_kept(
      [&](std::uintptr_t hidden)
      {
        waiting.push_back(hidden);
        if (waiting.size() != count) return;
        for (int i = 0; i != 4; ++i)
          threads.emplace_back(
              []
              {
                thread_local std::vector<void*> mine;
                void* on_the_stack[count]{};
                {
                  std::lock_guard const lock(mutex);
                  for (std::size_t n = 0; n != count / 4; ++n, waiting.pop_back())
                    if (n == 0)
                      ::pthread_setspecific(key, show(waiting.back()));
                    else if (n % 2 == 0)
                      mine.push_back(show(waiting.back()));
                    else
                      on_the_stack[n] = show(waiting.back());
                }
                ++ready;
                while (!over)
                  std::this_thread::yield();
                asm volatile("" ::"r"(on_the_stack) : "memory");
              });
        while (ready != 4)
          std::this_thread::yield();
      });
  over = true;
  for (auto& each : threads)
    each.join();
}

TEST_F(lost_objects_test, what_only_a_register_has_is_kept)
{
  using namespace hidden_words;
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  std::vector<std::thread> threads;
  std::size_t made = 0;
  expect_kept(
      [&](std::uintptr_t hidden)
      {
        if (made++ < 6)
          threads.emplace_back(hold_in_register, hidden, static_cast<place>(made % 3), ends[0]);
        else
          std::free(show(hidden));
        while (in_registers < static_cast<int>(threads.size()))
          std::this_thread::yield();
      });
  may_end = 1;
  ::close(ends[1]);
  for (auto& each : threads)
    each.join();
}

std::array<ucontext_t, 2> contexts;

void on_a_fiber(unsigned high, unsigned low)
{
  void* const volatile mine = show(std::uintptr_t(high) << 32 | low);
  ::swapcontext(&contexts[1], &contexts[0]);
  variable = mine;
}

TEST_F(lost_objects_test, what_a_suspended_fiber_has_is_kept)
{
  static char* const stack = static_cast<char*>(std::malloc(1 << 16));
  std::size_t made = 0;
  expect_kept(
      [&](std::uintptr_t hidden)
      {
        if (made++ != 0) return std::free(show(hidden));
        ::getcontext(&contexts[1]);
        contexts[1].uc_stack.ss_sp = stack;
        contexts[1].uc_stack.ss_size = 1 << 16;
        ::makecontext(&contexts[1], reinterpret_cast<void (*)()>(on_a_fiber), 2,
                      static_cast<unsigned>(hidden >> 32), static_cast<unsigned>(hidden));
        ::swapcontext(&contexts[0], &contexts[1]);
      });
}

TEST_F(lost_objects_test, what_a_stack_with_a_guard_has_is_kept)
{
  constexpr std::size_t page = 4096;
  static char* const stack = static_cast<char*>(std::aligned_alloc(page, 16 * page));
  std::memset(stack, 0, 16 * page);
  static std::size_t used = 0;
  expect_kept(
      [](std::uintptr_t hidden)
      {
        reinterpret_cast<void**>(stack + 8 * page)[used] = show(hidden);
        if (++used == count) ::mprotect(stack, page, PROT_NONE);
      });
  ASSERT_EQ(::mprotect(stack, page, PROT_READ | PROT_WRITE), 0);
}

TEST_F(lost_objects_test, a_thread_that_blocks_all_signals_is_a_reason_to_say_nothing)
{
  std::atomic<int> state{0};
  std::thread blocking(
      [&]
      {
        sigset_t everything;
        ::sigfillset(&everything);
        ::pthread_sigmask(SIG_SETMASK, &everything, nullptr);
        ::pthread_setname_np(::pthread_self(), "deaf");
        state = 1;
        while (state == 1)
          std::this_thread::yield();
      });
  while (state == 0)
    std::this_thread::yield();
  auto const lost = look_for_lost_objects();
  state = 2;
  blocking.join();
  EXPECT_NE(lost.problem.find("(deaf) blocks all signals"), std::string::npos) << lost.problem;
  EXPECT_TRUE(lost.found.empty());
}

using object = std::array<char, kept_size>;

TEST(forked_look, keeps_nothing_open_that_it_has_inherited)
{
  auto const seen = leaklab::graph::look_in_fork(
      [](leaklab::graph::looking_child const& child, void const*)
      {
        child.has_begun();
        child.close_inherited();
        char open = 0;
        leaklab::graph::for_each_number("/proc/self/fd", [&](std::uint32_t) { ++open; });
        child.write(&open, sizeof open);
      },
      nullptr);
  EXPECT_EQ(seen.problem, "");
  std::string const the_pipe_and_the_folder(1, 2);
  EXPECT_EQ(seen.bytes, the_pipe_and_the_folder);
}

/// Four threads move objects about, through registers, containers and each other's hands.
class churn
{
 public:
  churn()
  {
    for (unsigned seed = 0; seed != 4; ++seed)
      threads_.emplace_back([this, seed] { work(seed); });
  }
  ~churn()
  {
    over_ = true;
    for (auto& each : threads_)
      each.join();
  }

 private:
  void work(unsigned seed)
  {
    std::minstd_rand random(seed + 1);
    std::list<std::unique_ptr<object>> mine;
    std::vector<std::unique_ptr<object>> others;
    while (!over_)
    {
      switch (random() % 4)
      {
        case 0:
          if (mine.size() < 50) mine.push_front(std::make_unique<object>());
          break;
        case 1:
          if (!mine.empty()) others.push_back(std::move(mine.front())), mine.pop_front();
          break;
        case 2:
          if (others.size() > 20) others.erase(others.begin());
          break;
        default:
        {
          auto one = std::make_unique<object>();
          std::lock_guard const lock(mutex_);
          std::swap(one, exchange_[random() % exchange_.size()]);
        }
      }
    }
  }

  std::mutex mutex_;
  std::array<std::unique_ptr<object>, 8> exchange_;
  std::atomic<bool> over_{false};
  std::vector<std::thread> threads_;
};

/// Objects kept in ways that a program may have, all at once.
__attribute__((noinline)) void keep_strangers()
{
  static std::vector<void*> plain;
  static std::vector<std::uintptr_t> tagged;
  static std::vector<epoll_event> packed;
  static std::vector<std::any> values;
  static std::map<int, std::shared_ptr<object>> nodes;
  static auto** const arena = static_cast<void**>(
      ::mmap(nullptr, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  for (std::size_t i = 0; i != count; ++i)
  {
    plain.push_back(show(make(kept_size)));
    tagged.push_back(reinterpret_cast<std::uintptr_t>(show(make(kept_size))) << 16 | i);
    packed.emplace_back().data.ptr = show<char>(make(kept_size)) + i;
    values.emplace_back(show(make(kept_size)));
    nodes[static_cast<int>(i)] = std::make_shared<object>();
    arena[i] = show(make(kept_size));
  }
}

TEST_F(lost_objects_test, under_churn_the_lost_ones_are_found_and_no_other)
{
  char const* const asked = std::getenv("LEAKLAB_RUNS");
  int const runs = asked ? std::atoi(asked) : 10;
  churn const busy;
  [] __attribute__((noinline))
  {
    for (std::size_t i = 0; i != count; ++i)
      make(lost_size);
  }
  ();
  make_cycles();
  keep_strangers();
  wipe_stack();
  for (int run = 0; run != runs; ++run)
  {
    auto const lost = two_marks();
    ASSERT_EQ(count_of(lost, kept_size), 0) << "in run " << run;
    ASSERT_EQ(count_between(lost, kept_size, kept_size + 64), 0) << "in run " << run;
    ASSERT_GE(count_of(lost, lost_size), least_found) << "in run " << run;
    ASSERT_GE(count_of_cycles(lost), 2 * least_found) << "in run " << run;
  }
}

#else

TEST(lost_objects, are_not_known_without_tcmalloc)
{
  EXPECT_NE(leaklab::graph::look_for_lost_objects().problem, "");
}

#endif

}  // namespace
