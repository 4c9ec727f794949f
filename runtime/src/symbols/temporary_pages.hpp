// Memory that is needed for a moment.
#pragma once

#include <cstddef>

namespace leaklab::symbols
{

/// At its end has tcmalloc give the system as much back as its free pages have grown by since the
/// beginning, and what this thread's cache holds among them. Of megabytes that were freed for good,
/// tcmalloc would keep most for later. Nothing without tcmalloc. One thread.
class temporary_pages
{
 public:
  temporary_pages() noexcept;
  ~temporary_pages();

  temporary_pages(temporary_pages const&) = delete;
  temporary_pages& operator=(temporary_pages const&) = delete;

 private:
  std::size_t free_before_;
};

}  // namespace leaklab::symbols
