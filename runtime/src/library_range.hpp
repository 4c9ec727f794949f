// Where a shared library, or the program, lies in memory.
#pragma once

#include <dlfcn.h>
#include <link.h>

#include <cstdint>

namespace leaklab
{

/// Nowhere when the address is in no library but in the program itself.
class library_range
{
 public:
  library_range() = default;
  explicit library_range(void const* inside) noexcept : library_range(inside, false) {}

  /// The same, and the program where the address is in the program.
  [[nodiscard]] static library_range of_object(void const* inside) noexcept
  {
    return {inside, true};
  }

  [[nodiscard]] bool contains(void const* address) const noexcept
  {
    return begin_ <= address && address < end_;
  }

  [[nodiscard]] std::uintptr_t begin() const noexcept
  {
    return reinterpret_cast<std::uintptr_t>(begin_);
  }
  [[nodiscard]] std::uintptr_t end() const noexcept
  {
    return reinterpret_cast<std::uintptr_t>(end_);
  }

 private:
  library_range(void const* inside, bool program_too) noexcept
  {
    dl_find_object found{};
    if (_dl_find_object(const_cast<void*>(inside), &found) != 0) return;
    // Asked last: what another thread unloads meanwhile has no name any more.
    if (!program_too && *found.dlfo_link_map->l_name == '\0') return;
    begin_ = found.dlfo_map_start;
    end_ = found.dlfo_map_end;
  }

  void* begin_ = nullptr;
  void* end_ = nullptr;
};

}  // namespace leaklab
