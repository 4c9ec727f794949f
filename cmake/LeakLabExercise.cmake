# The programs by which ./lab judges a learner's file. It writes two files into exercise/ of the build tree: exercise.cpp includes
# the learner's file, this_program.cpp says what it is. So no learner's file is part of the build's description.
#
#   exercise           the learner's program
#   exercise-teardown  its objects with the frame of the pairs' teardown test
#
# A learner waits for them after each save, so nothing is optimised, what exercises include is compiled once, the compiler does not
# tidy up its memory, and the fastest linker that is here links.
function(leaklab_add_exercise_programs)
  set(folder "${PROJECT_BINARY_DIR}/exercise")
  foreach(file IN ITEMS exercise.cpp this_program.cpp)
    if(NOT EXISTS "${folder}/${file}")
      file(WRITE "${folder}/${file}" "#error \"./lab check writes this file\"\n")
    endif()
  endforeach()

  # Ahead of the learner's file, for ./lab start to build, with the header that both share.
  add_library(exercise_teardown_run OBJECT EXCLUDE_FROM_ALL "${PROJECT_SOURCE_DIR}/tests/pairs/teardown_run.cpp")
  add_executable(exercise EXCLUDE_FROM_ALL "${folder}/exercise.cpp" "${folder}/this_program.cpp")
  add_executable(exercise-teardown EXCLUDE_FROM_ALL $<TARGET_OBJECTS:exercise> $<TARGET_OBJECTS:exercise_teardown_run>)
  foreach(target IN ITEMS exercise_teardown_run exercise exercise-teardown)
    target_link_libraries(${target} PRIVATE leaklab::runner leaklab::world leaklab::database fmt::fmt)
    set_target_properties(${target} PROPERTIES UNITY_BUILD OFF CXX_COMPILER_LAUNCHER "")
    # What is warned of is shown; a learner's program runs all the same.
    target_compile_options(${target} PRIVATE
      $<FILTER:$<TARGET_PROPERTY:leaklab_warnings,INTERFACE_COMPILE_OPTIONS>,EXCLUDE,^-Werror>)
  endforeach()
  set_source_files_properties("${folder}/this_program.cpp" PROPERTIES SKIP_PRECOMPILE_HEADERS ON)

  if(LEAKLAB_SANITIZE)  # behind the first verdict
    target_precompile_headers(exercise_teardown_run REUSE_FROM leaklab_world)
    target_precompile_headers(exercise REUSE_FROM leaklab_world)
    return()
  endif()
  target_precompile_headers(exercise_teardown_run PRIVATE <leaklab/awaitable_operators.hpp> <leaklab/channel.hpp>
    <leaklab/gauge.hpp> <leaklab/tcp.hpp> <runner/lab.hpp> <boost/asio/experimental/parallel_group.hpp>
    <deque> <filesystem> <fstream> <list>)
  target_precompile_headers(exercise REUSE_FROM exercise_teardown_run)
  add_library(exercise_flags INTERFACE)  # behind those of leaklab::world, which optimise
  target_compile_options(exercise_flags INTERFACE -O0)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(exercise_flags INTERFACE -pipe "SHELL:--param ggc-min-expand=1000"
      "SHELL:--param ggc-min-heapsize=4000000")
  endif()
  find_program(LEAKLAB_LLD ld.lld)
  find_program(LEAKLAB_GOLD ld.gold)
  if(LEAKLAB_LLD)
    target_link_options(exercise_flags INTERFACE -fuse-ld=lld)
  elseif(LEAKLAB_GOLD)
    target_link_options(exercise_flags INTERFACE -fuse-ld=gold)
  endif()
  foreach(target IN ITEMS exercise_teardown_run exercise exercise-teardown)
    target_link_libraries(${target} PRIVATE exercise_flags)
  endforeach()
endfunction()
