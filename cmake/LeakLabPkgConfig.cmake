# pkg-config files beside the CMake package: leaklab-tasks, leaklab-testing, leaklab-endpoint and leaklab, which is all of them.
# They find the prefix by where they lie, so it can be moved. Included by runtime/CMakeLists.txt.
set(pkgconfig_folder "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
file(RELATIVE_PATH prefix_from_pkgconfig "/${pkgconfig_folder}" "/")
set(recycling_flag $<$<NOT:$<BOOL:${LEAKLAB_FRAME_RECYCLING}>>:-DBOOST_ASIO_DISABLE_AWAITABLE_FRAME_RECYCLING>)
set(chain_flag $<$<NOT:$<BOOL:${LEAKLAB_AWAIT_CHAIN}>>:-DLEAKLAB_AWAIT_CHAIN=0>)

# REQUIRES are pkg-config's own modules, LIBS linker flags; an archive needs them as much as the program does.
function(leaklab_add_pkgconfig name)
  cmake_parse_arguments(pc "" "DESCRIPTION" "REQUIRES;LIBS" ${ARGN})
  list(JOIN pc_REQUIRES ", " pc_requires)
  list(JOIN pc_LIBS " " pc_libs)
  configure_file("${PROJECT_SOURCE_DIR}/cmake/leaklab.pc.in" "${name}.pc.in" @ONLY)
  file(GENERATE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/${name}.pc" INPUT "${CMAKE_CURRENT_BINARY_DIR}/${name}.pc.in")
  install(FILES "${CMAKE_CURRENT_BINARY_DIR}/${name}.pc" DESTINATION "${pkgconfig_folder}")
endfunction()

set(heap_modules)
if(LEAKLAB_TCMALLOC)
  set(heap_modules libtcmalloc libprofiler)
endif()
leaklab_add_pkgconfig(leaklab-tasks DESCRIPTION "Boost.Asio coroutines as tasks that can be counted and looked at"
  LIBS -lleaklab_tasks)
leaklab_add_pkgconfig(leaklab-testing DESCRIPTION "A guard that fails tests which leave tasks behind"
  REQUIRES libdw fmt LIBS -lleaklab_testing -lleaklab_symbols -lleaklab_tasks -lelf)
leaklab_add_pkgconfig(leaklab-endpoint DESCRIPTION "Tasks, profiles and a leak verdict of this process over HTTP"
  REQUIRES libdw fmt zlib ${heap_modules}
  LIBS -lleaklab_endpoint -lleaklab_symbols -lleaklab_tasks -lboost_json -lelf)
leaklab_add_pkgconfig(leaklab DESCRIPTION "All parts of leaklab" REQUIRES leaklab-testing leaklab-endpoint)
