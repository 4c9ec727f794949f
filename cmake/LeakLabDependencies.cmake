# Everything comes from the system's packages; nothing is downloaded. scripts/quickstart installs them by name.
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json)
find_package(fmt REQUIRED)
if(LEAKLAB_PROGRAMS)
  find_package(CLI11 REQUIRED)
endif()
find_package(ZLIB REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(libdw REQUIRED IMPORTED_TARGET libdw)
if(LEAKLAB_PAIRS)
  find_package(SQLite3 REQUIRED)  # for one pattern
endif()
find_path(LEAKLAB_PROTOZERO_INCLUDE protozero/pbf_writer.hpp REQUIRED)

# tcmalloc replaces malloc, which the sanitizers and valgrind do themselves: without it heap figures come from the C library, and
# there is no CPU profiler, whose library comes with it.
if(LEAKLAB_SANITIZE OR LEAKLAB_VALGRIND)
  set(LEAKLAB_TCMALLOC OFF)
else()
  set(LEAKLAB_TCMALLOC ON)
  pkg_check_modules(gperftools REQUIRED IMPORTED_TARGET libtcmalloc libprofiler)
endif()
