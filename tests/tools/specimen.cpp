// specimen heap|cpu|storm: a program whose heap and processor time are known, behind an endpoint.
// Says "ready <url>", then does as each line of its input says, and ends with its input.
#include <leaklab/endpoint.hpp>
#include <leaklab/heap.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <dlfcn.h>
#include <time.h>

#include <atomic>
#include <cstdio>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace
{

namespace asio = boost::asio;

struct object
{
  char bytes[5 * 1024];
};

// 20,000 objects of 5 KiB are 97.7 MiB.
constexpr std::size_t object_count = 20'000;

__attribute__((noinline)) void keep(std::vector<std::unique_ptr<object>>& cache)
{
  for (std::size_t i = 0; i != object_count; ++i)
    cache.push_back(std::make_unique<object>());  // the allocating line
}

void heap()
{
  std::vector<std::unique_ptr<object>> cache;
  cache.reserve(object_count);
  std::thread(keep, std::ref(cache)).join();
  std::cout << "kept" << std::endl;
  for (std::string order; std::getline(std::cin, order);)
  {
    if (order == "half") cache.resize(cache.size() / 2);
    if (order == "more") std::thread(keep, std::ref(cache)).join();
    std::cout << order << std::endl;
  }
}

std::chrono::nanoseconds own_time()
{
  timespec spent{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
  return std::chrono::seconds(spent.tv_sec) + std::chrono::nanoseconds(spent.tv_nsec);
}

// Both slices together are 43 ms, no multiple of the sampling period of 10 ms: in a cycle of 100 ms
// every tenth sample would fall at the same place, and the share would depend on where the first
// one fell.
#define SPEND(time)                                              \
  auto const end = own_time() + std::chrono::microseconds(time); \
  while (own_time() < end)                                       \
  asm volatile("")

__attribute__((noinline)) void seventy()
{
  SPEND(30'100);
}
__attribute__((noinline)) void thirty()
{
  SPEND(12'900);
}

void wait_for_end_of_input()
{
  for (std::string ignored; std::getline(std::cin, ignored);)
  {
  }
}

// Runs `work` over and over on a thread, until the input ends.
template <class Work>
class repeated
{
 public:
  explicit repeated(Work work)
      : thread_(
            [work](std::stop_token const& stop)
            {
              while (!stop.stop_requested())
                work();
            })
  {
  }

 private:
  std::jthread thread_;
};

void cpu()
{
  repeated const load(
      []
      {
        seventy();
        thirty();
      });
  wait_for_end_of_input();
}

void throw_deep(int depth)
{
  std::string const on_the_way(static_cast<std::size_t>(depth) + 32, 'x');
  if (depth == 0) throw std::runtime_error(on_the_way);
  throw_deep(depth - 1);
}

asio::awaitable<int> nested(int depth)
{
  co_await asio::post(asio::use_awaitable);
  if (depth == 0) co_return 0;
  co_return 1 + co_await nested(depth - 1);
}

void storm()
{
  repeated const throwing(
      []
      {
        try
        {
          throw_deep(20);
        }
        catch (std::runtime_error const&)
        {
        }
      });
  repeated const loading(
      []
      {
        void* const library = dlopen("libBrokenLocale.so.1", RTLD_NOW | RTLD_LOCAL);
        if (library) dlclose(library);
      });
  repeated const awaiting(
      []
      {
        asio::io_context context;
        for (int i = 0; i != 100; ++i)
          co_spawn(context, nested(10), asio::detached);
        context.run();
      });
  wait_for_end_of_input();
}

}  // namespace

int main(int argc, char** argv)
{
  std::string_view const what = argc == 2 ? argv[1] : "";
  leaklab::set_heap_sampling_period(64 * 1024);
  leaklab::endpoint const debug({"127.0.0.1", 0, {}});
  std::cout << "ready " << debug.url() << std::endl;
  if (what == "heap")
    heap();
  else if (what == "cpu")
    cpu();
  else if (what == "storm")
    storm();
  else
    return 2;
  return 0;
}
