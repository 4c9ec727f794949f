#include "probe/allocator.hpp"

#include <leaklab/heap.hpp>

#include <gperftools/malloc_extension.h>

#include <cstdlib>

namespace leaklab
{
namespace
{

std::uint64_t property(char const* name)
{
  std::size_t value = 0;
  MallocExtension::instance()->GetNumericProperty(name, &value);
  return value;
}

}  // namespace

bool malloc_is_tcmalloc()
{
  static bool const owned = []
  {
    void* const volatile block = std::malloc(1);
    auto const owner = MallocExtension::instance()->GetOwnership(block);
    std::free(block);
    return owner == MallocExtension::kOwned;
  }();
  return owned;
}

heap_stats read_heap_stats()
{
  heap_stats stats;
  stats.tcmalloc = stats.watched = malloc_is_tcmalloc();
  stats.allocator = stats.tcmalloc ? "tcmalloc" : malloc_library();
  if (!stats.watched) return stats;
  // Names: gperftools/malloc_extension.h.
  stats.in_use_bytes = property("generic.current_allocated_bytes");
  stats.heap_bytes = property("generic.heap_size");
  stats.free_bytes = property("tcmalloc.pageheap_free_bytes");
  stats.unmapped_bytes = property("tcmalloc.pageheap_unmapped_bytes");
  stats.thread_cache_bytes = property("tcmalloc.current_total_thread_cache_bytes");
  stats.central_cache_bytes = property("tcmalloc.central_cache_free_bytes") +
                              property("tcmalloc.transfer_cache_free_bytes");
  return stats;
}

void release_free_heap()
{
  MallocExtension::instance()->ReleaseFreeMemory();
}

}  // namespace leaklab
