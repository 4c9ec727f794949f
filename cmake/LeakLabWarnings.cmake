# leaklab::warnings: what our own code compiles without. Linked privately, never exported.
add_library(leaklab_warnings INTERFACE)
add_library(leaklab::warnings ALIAS leaklab_warnings)
target_compile_options(leaklab_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Wold-style-cast
  $<$<BOOL:${LEAKLAB_WERROR}>:-Werror>)
