// Where freed memory is: in use, in the allocator's caches, in free pages, given back.
#include <leaklab/heap.hpp>
#include <leaklab/process.hpp>

#include <fmt/format.h>

#include <cstring>
#include <memory>
#include <vector>

namespace
{

constexpr std::size_t entry_size = 512;
constexpr std::size_t entries = 400'000;
constexpr std::size_t kept = 8;  // every eighth

void report(char const* when)
{
  auto const mib = [](auto bytes) { return static_cast<double>(bytes) / (1 << 20); };
  auto const heap = leaklab::read_heap_stats();
  fmt::print("{:<26}{:>7.1f}{:>7.1f}{:>7.1f}{:>11.1f}{:>10.1f}\n", when, mib(heap.in_use_bytes),
             mib(heap.thread_cache_bytes + heap.central_cache_bytes), mib(heap.free_bytes),
             mib(heap.unmapped_bytes), mib(leaklab::read_process_stats().resident_bytes));
}

}  // namespace

int main()
{
  fmt::print("{:<26}{:>7}{:>7}{:>7}{:>11}{:>10}\n", "MiB", "in use", "caches", "free", "given back",
             "resident");
  report("start");
  std::vector<std::unique_ptr<char[]>> cache(entries);
  for (auto& entry : cache)
  {
    entry = std::make_unique_for_overwrite<char[]>(entry_size);
    std::memset(entry.get(), 1, entry_size);
  }
  report("400,000 entries of 512 B");
  for (std::size_t i = 0; i < entries; ++i)
    if (i % kept != 0) cache[i].reset();
  report("all but each eighth freed");
  leaklab::release_free_heap();
  report("free pages given back");
  cache.clear();
  report("all freed");
  leaklab::release_free_heap();
  report("free pages given back");
}
