# leaklab::sanitizers: the flags of LEAKLAB_SANITIZE; empty without it. Public to everything in the build, because a
# sanitizer that sees half of a program reports faults that are not there.
add_library(leaklab_sanitizers INTERFACE)
add_library(leaklab::sanitizers ALIAS leaklab_sanitizers)
if(LEAKLAB_SANITIZE)
  target_compile_options(leaklab_sanitizers INTERFACE
    -fsanitize=${LEAKLAB_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)  # GCC 12 sees such uses in the checks that it has added to Boost's and Catch2's headers
  if(LEAKLAB_SANITIZE MATCHES "undefined")
    # Two fifths of the time to compile go into checks of each pointer and reference; AddressSanitizer finds most bad ones
    # when they are used. The runtime's own code keeps them.
    target_compile_options(leaklab_sanitizers INTERFACE
      $<$<NOT:$<BOOL:$<TARGET_PROPERTY:LEAKLAB_CHECKS_POINTERS>>>:-fno-sanitize=null,alignment,object-size,vptr>)
  endif()
  target_link_options(leaklab_sanitizers INTERFACE -fsanitize=${LEAKLAB_SANITIZE})
  if(LEAKLAB_SANITIZE MATCHES "thread")
    # GCC warns about every atomic_thread_fence in Asio's headers; tsan models the atomics that the runtime relies on.
    target_compile_options(leaklab_sanitizers INTERFACE -Wno-tsan)
  endif()
endif()
