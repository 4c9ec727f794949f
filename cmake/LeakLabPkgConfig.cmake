# pkg-config files beside the CMake package: leaklab-tasks, leaklab-testing, leaklab-descriptors, leaklab-endpoint and leaklab,
# which is all of them but descriptors.
# They find the prefix by where they lie, so it can be moved. Included by runtime/CMakeLists.txt.
set(pkgconfig_folder "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
file(RELATIVE_PATH prefix_from_pkgconfig "/${pkgconfig_folder}" "/")
set(recycling_flag $<$<NOT:$<BOOL:${LEAKLAB_FRAME_RECYCLING}>>:-DBOOST_ASIO_DISABLE_AWAITABLE_FRAME_RECYCLING>)
set(chain_flag $<$<NOT:$<BOOL:${LEAKLAB_AWAIT_CHAIN}>>:-DLEAKLAB_AWAIT_CHAIN=0>)
set(rtti_flag $<$<NOT:$<BOOL:${LEAKLAB_RTTI}>>:-DLEAKLAB_RTTI=0>)

# REQUIRES are pkg-config's own modules, LIBS linker flags. PRIVATE_REQUIRES and PRIVATE_LIBS are those that the part alone
# calls: an archive leaves them to the program, a shared library has them itself.
function(leaklab_add_pkgconfig name)
  cmake_parse_arguments(pc "" "DESCRIPTION" "REQUIRES;LIBS;PRIVATE_REQUIRES;PRIVATE_LIBS" ${ARGN})
  if(NOT BUILD_SHARED_LIBS)
    list(APPEND pc_REQUIRES ${pc_PRIVATE_REQUIRES})
    list(APPEND pc_LIBS ${pc_PRIVATE_LIBS})
    set(pc_PRIVATE_REQUIRES)
    set(pc_PRIVATE_LIBS)
  endif()
  foreach(kind IN ITEMS REQUIRES PRIVATE_REQUIRES)
    list(JOIN pc_${kind} ", " pc_${kind})
  endforeach()
  foreach(kind IN ITEMS LIBS PRIVATE_LIBS)
    list(JOIN pc_${kind} " " pc_${kind})
  endforeach()
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
  LIBS -lleaklab_testing -lleaklab_symbols -lleaklab_tasks
  PRIVATE_REQUIRES libdw fmt PRIVATE_LIBS -lelf)
leaklab_add_pkgconfig(leaklab-descriptors DESCRIPTION "Where each descriptor of this process was opened"
  LIBS -Wl,--undefined=leaklab_descriptors -lleaklab_descriptors PRIVATE_LIBS -lleaklab_unwind)
leaklab_add_pkgconfig(leaklab-endpoint DESCRIPTION "Tasks, profiles and a leak verdict of this process over HTTP"
  REQUIRES ${heap_modules} LIBS -lleaklab_endpoint -lleaklab_symbols -lleaklab_tasks
  PRIVATE_REQUIRES libdw fmt zlib PRIVATE_LIBS -lleaklab_unwind -lboost_json -lelf)
leaklab_add_pkgconfig(leaklab DESCRIPTION "All parts of leaklab but descriptors" REQUIRES leaklab-testing leaklab-endpoint)
