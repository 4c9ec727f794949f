// Tells the allocator's part of a stack from the program's.
#pragma once

#include <dlfcn.h>
#include <link.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace leaklab
{

/// Where tcmalloc's library lies in memory; nowhere when tcmalloc is linked into the program itself.
class allocator_frames
{
 public:
  allocator_frames() noexcept
  {
    dl_find_object found{};
    if (_dl_find_object(dlsym(RTLD_DEFAULT, "tc_malloc"), &found) != 0) return;
    if (*found.dlfo_link_map->l_name == '\0') return;  // the program
    begin_ = found.dlfo_map_start;
    end_ = found.dlfo_map_end;
  }

  /// The stack from the caller of the allocator on, as malloc and operator new are the library's. Whole when
  /// there is no other.
  [[nodiscard]] std::vector<std::uintptr_t> without(std::span<void* const> stack) const
  {
    auto const is_allocator = [this](void* address) { return begin_ <= address && address < end_; };
    auto const caller = std::ranges::find_if_not(stack, is_allocator);
    std::vector<std::uintptr_t> rest;
    for (void* const address : caller == stack.end() ? stack : std::span<void* const>(caller, stack.end()))
      rest.push_back(reinterpret_cast<std::uintptr_t>(address));
    return rest;
  }

 private:
  void* begin_ = nullptr;
  void* end_ = nullptr;
};

}  // namespace leaklab
