// descriptor_bench: nanoseconds that an open and its close take, with leaklab::descriptors linked
// or without, on a stack of 14 frames, which a coroutine in Asio's loop has in the lab's programs.
// The best of ten times 10,000.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

namespace
{

constexpr int batches = 20;

void open_and_close()
{
  std::array<int, 500> fds{};
  for (int batch = 0; batch != batches; ++batch)
  {
    for (int& fd : fds)
      fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    for (int const fd : fds)
      close(fd);
  }
}

__attribute__((noinline)) void at_depth(int depth)
{
  if (depth == 0)
    open_and_close();
  else
    at_depth(depth - 1);
  asm volatile("");  // no tail call
}

}  // namespace

int main()
{
  std::array<double, 10> figures{};
  for (double& each : figures)
  {
    auto const begin = std::chrono::steady_clock::now();
    at_depth(9);
    std::chrono::duration<double, std::nano> const took = std::chrono::steady_clock::now() - begin;
    each = took.count() / (500.0 * batches);
  }
  std::printf("%.1f\n", *std::ranges::min_element(figures));
}
