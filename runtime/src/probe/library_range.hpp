// Where a shared library lies in memory.
#pragma once

#include <dlfcn.h>
#include <link.h>

namespace leaklab
{

/// Nowhere when the address is in no library but in the program itself.
class library_range
{
 public:
  explicit library_range(void const* inside) noexcept
  {
    dl_find_object found{};
    if (_dl_find_object(const_cast<void*>(inside), &found) != 0 || *found.dlfo_link_map->l_name == '\0')
      return;
    begin_ = found.dlfo_map_start;
    end_ = found.dlfo_map_end;
  }

  [[nodiscard]] bool contains(void const* address) const noexcept
  {
    return begin_ <= address && address < end_;
  }

 private:
  void* begin_ = nullptr;
  void* end_ = nullptr;
};

}  // namespace leaklab
