# Everything comes from the system's packages; nothing is downloaded. scripts/quickstart installs them by name.
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(fmt REQUIRED)
find_package(CLI11 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(libdw REQUIRED IMPORTED_TARGET libdw)
if(LEAKLAB_PAIRS)
  find_package(SQLite3 REQUIRED)  # for one pattern
endif()
find_path(LEAKLAB_PROTOZERO_INCLUDE protozero/pbf_writer.hpp REQUIRED)

# tcmalloc replaces malloc, which the sanitizers do themselves: under them heap figures come from the C library, and
# there is no CPU profiler, whose library comes with it.
set(LEAKLAB_TCMALLOC OFF)
if(NOT LEAKLAB_SANITIZE)
  pkg_check_modules(gperftools REQUIRED IMPORTED_TARGET libtcmalloc libprofiler)
  set(LEAKLAB_TCMALLOC ON)
endif()
