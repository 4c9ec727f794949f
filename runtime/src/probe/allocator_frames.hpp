// Tells the allocator's part of a stack from the program's.
#pragma once

#include "library_range.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace leaklab
{

/// tcmalloc's library, nowhere when it is part of the program. The first call waits for the
/// loader's lock, later ones do not.
[[nodiscard]] inline library_range const& allocator_library()
{
  static library_range const found(dlsym(RTLD_DEFAULT, "tc_malloc"));
  return found;
}

/// The stack from the caller of the allocator on, as malloc and operator new are functions of
/// tcmalloc's library. Whole when there is no caller.
[[nodiscard]] inline std::vector<std::uintptr_t> without_allocator(std::span<void* const> stack)
{
  auto const caller = std::ranges::find_if_not(
      stack, [](void* address) { return allocator_library().contains(address); });
  std::vector<std::uintptr_t> rest;
  for (void* const address :
       caller == stack.end() ? stack : std::span<void* const>(caller, stack.end()))
    rest.push_back(reinterpret_cast<std::uintptr_t>(address));
  return rest;
}

}  // namespace leaklab
