// Somebody's program that loads the service as a plug-in: host PLUGIN.
#include <dlfcn.h>

#include <cstdio>

int main(int, char** argv)
{
  void* const plugin = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  void* const run = plugin ? dlsym(plugin, "run_service") : nullptr;
  if (!run)
  {
    std::fprintf(stderr, "%s\n", dlerror());
    return 1;
  }
  return reinterpret_cast<int (*)()>(run)();
}
