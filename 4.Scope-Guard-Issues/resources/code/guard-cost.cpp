// What does a guard cost, beside a close that is written by hand? Each row takes something and gives
// it back, by calls that are not inlined, as open and close are not.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <world/scope_guard.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <vector>

static int taken = 0;

[[gnu::noinline]] static int* take()
{
  asm volatile("" ::: "memory");
  ++taken;
  return &taken;
}

[[gnu::noinline]] static void give_back(int* what)
{
  asm volatile("" ::: "memory");
  --*what;
}

struct giver
{
  void operator()(int* what) const { give_back(what); }
};

[[gnu::noinline]] static void by_hand()
{
  int* const mine = take();
  give_back(mine);
}

[[gnu::noinline]] static void by_scope_exit()
{
  int* const mine = take();
  world::scope_exit const guard([mine] { give_back(mine); });
}

[[gnu::noinline]] static void by_unique_ptr()
{
  std::unique_ptr<int, giver> const mine(take());
}

[[gnu::noinline]] static void by_function_pointer()
{
  std::unique_ptr<int, void (*)(int*)> const mine(take(), give_back);
}

[[gnu::noinline]] static void by_shared_ptr()
{
  std::shared_ptr<int> const mine(take(), give_back);
}

[[gnu::noinline]] static void by_exit_stack()
{
  world::exit_stack guards;
  int* const mine = take();
  guards.push([mine] { give_back(mine); });
}

[[gnu::noinline]] static void a_real_file()
{
  int const mine = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  world::scope_exit const guard([mine] { ::close(mine); });
}

static double nanoseconds_each(void (*function)(), int times)
{
  auto const begin = std::chrono::steady_clock::now();
  for (int time = 0; time != times; ++time)
    function();
  return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin)
             .count() /
         times;
}

int main()
{
  auto const lambda = [mine = &taken] { give_back(mine); };
  struct row
  {
    char const* name;
    void (*function)();
    std::size_t bytes;
    int times;
    double best = 1e9;
  };
  std::array rows = {
      row{"a call at the end, by hand", by_hand, 0, 100'000},
      row{"scope_exit", by_scope_exit, sizeof(world::scope_exit(lambda)), 100'000},
      row{"unique_ptr, deleter is a class", by_unique_ptr, sizeof(std::unique_ptr<int, giver>),
          100'000},
      row{"unique_ptr, deleter is a pointer", by_function_pointer,
          sizeof(std::unique_ptr<int, void (*)(int*)>), 100'000},
      row{"shared_ptr", by_shared_ptr, sizeof(std::shared_ptr<int>), 100'000},
      row{"exit_stack of one", by_exit_stack, sizeof(world::exit_stack), 100'000},
      row{"open and close, scope_exit", a_real_file, 0, 2'000},
  };
  for (int round = 0; round != 150;
       ++round)  // in turn, and the best of each: others use the machine
    for (auto& each : rows)
      each.best = std::min(each.best, nanoseconds_each(each.function, each.times));
  fmt::print("{:<34}{:>6}{:>9}{:>9}\n", "", "bytes", "ns", "by hand");
  for (auto const& each : rows)
    fmt::print("{:<34}{:>6}{:>9.1f}{:>8.1f}x\n", each.name,
               each.bytes ? fmt::to_string(each.bytes) : "", each.best, each.best / rows[0].best);
}
