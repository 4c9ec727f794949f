// Four threads free what they have allocated. Whose memory is it then?
#include <leaklab/heap.hpp>

#include <fmt/format.h>
#include <gperftools/malloc_extension.h>

#include <barrier>
#include <memory>
#include <thread>
#include <vector>

namespace
{

constexpr int threads = 4;

void report(char const* when)
{
  auto const kib = [](auto bytes) { return bytes / 1024; };
  auto const heap = leaklab::read_heap_stats();
  fmt::print("{:<34}{:>8}{:>15}{:>16}{:>12}\n", when, kib(heap.in_use_bytes),
             kib(heap.thread_cache_bytes), kib(heap.central_cache_bytes), kib(heap.free_bytes));
}

void work(std::barrier<>& phase)
{
  std::vector<std::unique_ptr<char[]>> objects(20'000);
  for (auto& object : objects)
    object = std::make_unique<char[]>(100);
  phase.arrive_and_wait();  // all have allocated
  phase.arrive_and_wait();  // that was reported
  objects.clear();
  objects.shrink_to_fit();
  phase.arrive_and_wait();  // all have freed
  phase.arrive_and_wait();  // that was reported, too
}

}  // namespace

int main()
{
  fmt::print("{:<34}{:>8}{:>15}{:>16}{:>12}\n", "KiB", "in use", "thread caches", "central caches",
             "free pages");
  std::barrier phase(threads + 1);
  std::vector<std::jthread> workers;
  for (int i = 0; i < threads; ++i)
    workers.emplace_back([&] { work(phase); });
  phase.arrive_and_wait();
  report("four threads hold 80,000 objects");
  phase.arrive_and_wait();
  phase.arrive_and_wait();
  report("they have freed them");
  phase.arrive_and_wait();
  workers.clear();
  report("the threads have ended");

  std::size_t most = 0;
  MallocExtension::instance()->GetNumericProperty("tcmalloc.max_total_thread_cache_bytes", &most);
  fmt::print("all thread caches together hold at most {} KiB\n", most / 1024);
}
