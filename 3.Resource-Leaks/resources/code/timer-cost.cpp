// What does a pending timer cost? Memory, the time to add and to cancel one, descriptors.
#include <leaklab/heap.hpp>

#include <boost/asio.hpp>
#include <dirent.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

namespace asio = boost::asio;
using boost::system::error_code;
using clock_type = std::chrono::steady_clock;
using namespace std::chrono_literals;

namespace
{

int open_descriptors()
{
  DIR* const folder = ::opendir("/proc/self/fd");
  int count = -3;  // ".", ".." and the folder itself
  while (::readdir(folder))
    ++count;
  ::closedir(folder);
  return count;
}

double nanoseconds(clock_type::duration time, std::size_t operations)
{
  return std::chrono::duration<double, std::nano>(time).count() / static_cast<double>(operations);
}

}  // namespace

int main()
{
  fmt::print("  pending  bytes each  ns to add  ns to cancel  descriptors more\n");
  for (std::size_t const count : {1'000u, 10'000u, 100'000u, 1'000'000u})
  {
    asio::io_context context;
    asio::steady_timer first(context, 1h);
    first.async_wait([](error_code) {});  // whatever the context makes once
    int const descriptors = open_descriptors();
    auto const bytes = leaklab::read_heap_stats().in_use_bytes;
    std::uint64_t each = 0;
    int more = 0;
    auto to_add = clock_type::duration::max();
    auto to_cancel = to_add;
    // the fastest round counts: other programs only slow it down
    for (int round = 0; round != 5; ++round)
    {
      std::vector<std::unique_ptr<asio::steady_timer>> timers(count);
      auto const begin = clock_type::now();
      for (auto& timer : timers)
      {
        timer = std::make_unique<asio::steady_timer>(context, 1h);
        timer->async_wait([](error_code) {});
      }
      auto const added = clock_type::now();
      if (round == 0)
      {
        each = (leaklab::read_heap_stats().in_use_bytes - bytes) / count;
        more = open_descriptors() - descriptors;
      }
      auto const before_cancel = clock_type::now();
      for (auto& timer : timers)
        timer->cancel();
      to_add = std::min(to_add, added - begin);
      to_cancel = std::min(to_cancel, clock_type::now() - before_cancel);
      context.poll();  // calls the handlers
    }
    fmt::print("{:>9}  {:>10}  {:>9.0f}  {:>12.0f}  {:>16}\n", count, each,
               nanoseconds(to_add, count), nanoseconds(to_cancel, count), more);
  }
}
