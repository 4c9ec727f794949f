#include "probe/allocator.hpp"

#include <dlfcn.h>

#include <filesystem>
#include <string>

std::string_view leaklab::malloc_library()
{
  static std::string const name = []
  {
    Dl_info found{};
    bool const known = dladdr(dlsym(RTLD_DEFAULT, "malloc"), &found) != 0 && found.dli_fname;
    return known ? std::filesystem::path(found.dli_fname).filename().string() : "not known";
  }();
  return name;
}
