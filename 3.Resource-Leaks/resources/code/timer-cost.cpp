// What does a pending timer cost? Memory, the time to add and to cancel one, descriptors.
#include <leaklab/heap.hpp>

#include <boost/asio.hpp>
#include <dirent.h>
#include <fmt/format.h>

#include <chrono>
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
    std::vector<std::unique_ptr<asio::steady_timer>> timers(count);
    auto const begin = clock_type::now();
    for (auto& timer : timers)
    {
      timer = std::make_unique<asio::steady_timer>(context, 1h);
      timer->async_wait([](error_code) {});
    }
    auto const added = clock_type::now();
    auto const each = (leaklab::read_heap_stats().in_use_bytes - bytes) / count;
    int const more = open_descriptors() - descriptors;
    auto const before_cancel = clock_type::now();
    for (auto& timer : timers)
      timer->cancel();
    auto const cancelled = clock_type::now();
    fmt::print("{:>9}  {:>10}  {:>9.0f}  {:>12.0f}  {:>16}\n", count, each,
               nanoseconds(added - begin, count), nanoseconds(cancelled - before_cancel, count),
               more);
  }
}
