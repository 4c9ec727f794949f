# The programs by which ./lab judges a learner's file. It writes two files into exercise/ of the build tree: exercise.cpp includes the
# learner's file, this_program.cpp says what it is. So no learner's file is part of the build's description, and a build takes as
# long as one twin.
#
#   exercise           the learner's program
#   exercise-teardown  its objects with the frame of the pairs' teardown test
function(leaklab_add_exercise_programs)
  set(folder "${PROJECT_BINARY_DIR}/exercise")
  foreach(file IN ITEMS exercise.cpp this_program.cpp)
    if(NOT EXISTS "${folder}/${file}")
      file(WRITE "${folder}/${file}" "#error \"./lab check writes this file\"\n")
    endif()
  endforeach()
  add_executable(exercise EXCLUDE_FROM_ALL "${folder}/exercise.cpp" "${folder}/this_program.cpp")
  target_link_libraries(exercise PRIVATE leaklab::runner leaklab::world leaklab::database fmt::fmt)
  target_precompile_headers(exercise REUSE_FROM leaklab_world)
  # What is warned of is shown; a learner's program runs all the same.
  target_compile_options(exercise PRIVATE
    $<FILTER:$<TARGET_PROPERTY:leaklab_warnings,INTERFACE_COMPILE_OPTIONS>,EXCLUDE,^-Werror>)
  set_target_properties(exercise PROPERTIES UNITY_BUILD OFF CXX_COMPILER_LAUNCHER "")
  set_source_files_properties("${folder}/this_program.cpp" PROPERTIES SKIP_PRECOMPILE_HEADERS ON)

  leaklab_add_teardown_run()
  add_executable(exercise-teardown EXCLUDE_FROM_ALL $<TARGET_OBJECTS:exercise> $<TARGET_OBJECTS:leaklab_teardown_run>)
  target_link_libraries(exercise-teardown PRIVATE $<TARGET_PROPERTY:exercise,LINK_LIBRARIES>)
endfunction()
