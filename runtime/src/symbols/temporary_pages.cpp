#include "symbols/temporary_pages.hpp"

// gperftools' (gperftools/malloc_extension_c.h); null in a program that is not linked with it.
extern "C"
{
  [[gnu::weak]] int MallocExtension_GetNumericProperty(char const* name, std::size_t* value);
  [[gnu::weak]] void MallocExtension_MarkThreadTemporarilyIdle();
  [[gnu::weak]] void MallocExtension_ReleaseToSystem(std::size_t bytes);
}

namespace leaklab::symbols
{
namespace
{

bool has_tcmalloc() noexcept
{
  return MallocExtension_GetNumericProperty && MallocExtension_MarkThreadTemporarilyIdle &&
         MallocExtension_ReleaseToSystem;
}

std::size_t free_bytes() noexcept
{
  std::size_t bytes = 0;
  if (has_tcmalloc()) MallocExtension_GetNumericProperty("tcmalloc.pageheap_free_bytes", &bytes);
  return bytes;
}

}  // namespace

temporary_pages::temporary_pages() noexcept : free_before_(free_bytes())
{
}

temporary_pages::~temporary_pages()
{
  if (!has_tcmalloc()) return;
  MallocExtension_MarkThreadTemporarilyIdle();  // empties the thread's cache
  if (auto const now = free_bytes(); now > free_before_)
    MallocExtension_ReleaseToSystem(now - free_before_);
}

}  // namespace leaklab::symbols
