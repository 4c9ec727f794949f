# leaklab_add_pair(<pattern> [<library>…]): the programs <pattern>-leaky and <pattern>-fixed from
# examples/<pattern>/{leaky,fixed}.cpp, linked with the libraries besides, and their tests. Everything that differs from
# pattern to pattern stands in pair.json beside them:
#
#   pattern, title, category   what it is; title is one sentence
#   gauge                      what the verdict is about: tasks, heap, fds or the name of a gauge of the pair's own
#   rate                       events a second by default
#   growth_per_second          by which the leaky twin's gauge rises at that rate
#   leaks_above_rate           optional: up to this rate the leaky twin keeps up and holds still
#   verdict                    what the profile must name: the operation or the function
#   strategy                   what the fix does: one or two of the words in scripts/pairs.py; an exercise, which tells no
#                              answer, has none
#   work                       what lab::completed() counts
#   seconds_to_tell            how long a run must last for a verdict
#   minutes_to_learn, prerequisites
#   drains                     optional: true when what the leaky twin holds is worked off after its load has ended
#   refuses                    optional: what the fixed twin turns away, where the leaky one does not
#   teardown_steps             optional: after how many steps at most the teardown test stops the fixed twin [200]; fewer
#                              where each step handles megabytes
#   valgrind_finds_leak        optional: true when memcheck must find the leak, at the end of the leaky twin
#   hints                      for each of the exercises repair, break and variant three sentences for ./lab hint
#   variant                    what differs in the variant: title, rate, growth_per_second, gauge, verdict, work, seconds_to_tell
#
# And the programs <pattern>-variant and <pattern>-variant-fixed from variant.cpp and variant-fixed.cpp: the same fault in a program
# that no text shows, for ./lab start.
#
# Call it in the folder of the category, which holds examples/.
function(leaklab_add_pair pattern)
  leaklab_add_twins(${pattern} examples ${ARGN})
  leaklab_add_variant(${pattern} ${ARGN})
  file(READ "${CMAKE_CURRENT_SOURCE_DIR}/examples/${pattern}/pair.json" pair)
  string(JSON strategies ERROR_VARIABLE missing LENGTH "${pair}" strategy)
  if(missing OR strategies LESS 1 OR strategies GREATER 2)
    message(FATAL_ERROR "examples/${pattern}/pair.json: strategy is a list of one or two words")
  endif()
  if(LEAKLAB_TESTS)
    leaklab_add_pair_tests(${pattern} ${pair_gauge} ${pair_rate} ${pair_seconds_to_tell} ${teardown_steps}
      ${valgrind_finds_leak})
  endif()
endfunction()

# leaklab_add_exercise(<name> [<library>…]): the same two programs from exercises/<name>/. The fault is for the learner to find:
# leaky.cpp has no comment at it, fixed.cpp is one answer. pair.json has the same keys.
function(leaklab_add_exercise name)
  leaklab_add_twins(${name} exercises ${ARGN})
  if(NOT LEAKLAB_TESTS OR LEAKLAB_VALGRIND)
    return()
  endif()
  if(LEAKLAB_SANITIZE)
    leaklab_add_pair_test(${name}.fixed_is_clean COMMAND ${name}-fixed --port 0 --duration 2s --once)
    return()
  endif()
  leaklab_add_unsolved_tests(exercises/${name} leaky fixed "")
endfunction()

# The variant of a pair, which is judged as its twins are.
function(leaklab_add_variant pattern)
  set(folder "${CMAKE_CURRENT_SOURCE_DIR}/examples/${pattern}")
  file(READ "${folder}/pair.json" pair)
  foreach(key IN ITEMS title rate growth_per_second gauge verdict work seconds_to_tell)
    string(JSON pair_${key} ERROR_VARIABLE missing GET "${pair}" variant ${key})
    if(missing)
      message(FATAL_ERROR "${folder}/pair.json: ${missing}")
    endif()
  endforeach()
  if(LEAKLAB_SANITIZE)  # `lab check` has the sanitizers look at an answer: lab.exercise_all
    return()
  endif()
  leaklab_add_twin(${pattern}-variant "${folder}/variant.cpp" ${ARGN})
  leaklab_add_twin(${pattern}-variant-fixed "${folder}/variant-fixed.cpp" ${ARGN})
  if(NOT LEAKLAB_TCMALLOC)
    set_target_properties(${pattern}-variant PROPERTIES EXCLUDE_FROM_ALL ON)
  endif()
  if(NOT LEAKLAB_TESTS OR LEAKLAB_VALGRIND)
    return()
  endif()
  leaklab_add_unsolved_tests(examples/${pattern} variant variant-fixed variant_)
endfunction()

# What holds of the program <name>-<unsolved>, whose fault is for the learner to find, and of <name>-<answer>, which is one answer.
function(leaklab_add_unsolved_tests where unsolved answer prefix)
  get_filename_component(name "${where}" NAME)
  set(folder "${CMAKE_CURRENT_SOURCE_DIR}/${where}")
  set(tests "${PROJECT_SOURCE_DIR}/tests")
  set(run --port 0 --duration ${pair_seconds_to_tell}s)
  leaklab_add_pair_test(${name}.${prefix}leaks COMMAND ${name}-${unsolved} ${run} --expect leak)
  leaklab_add_pair_test(${name}.${prefix}answer_is_steady COMMAND ${name}-${answer} ${run} --expect steady)
  leaklab_add_pair_test(${name}.${prefix}tells_no_answer COMMAND "${tests}/exits_with" 1 grep -nE "// the (fault|cure)"
    "${folder}/${unsolved}.cpp")
  leaklab_add_pair_test(${name}.${prefix}diff_within_budget COMMAND "${tests}/diff_budget" "${folder}"
    ${unsolved}.cpp ${answer}.cpp)
endfunction()

# The small programs of resources/code, which the texts quote and run. No test runs them, so the sanitizers' builds leave them out.
function(leaklab_add_text_programs)
  foreach(program IN LISTS ARGN)
    add_executable(${program} "resources/code/${program}.cpp")
    target_link_libraries(${program} PRIVATE leaklab::runner leaklab::world leaklab::warnings fmt::fmt)
    target_precompile_headers(${program} REUSE_FROM leaklab_world)
    leaklab_add_to_category(${program})
    if(LEAKLAB_SANITIZE OR NOT LEAKLAB_TESTS)
      set_target_properties(${program} PROPERTIES EXCLUDE_FROM_ALL ON)
    endif()
  endforeach()
endfunction()

# Adds a program to the target category-N, which is what the texts of category N run.
function(leaklab_add_to_category program)
  get_filename_component(folder "${CMAKE_CURRENT_SOURCE_DIR}" NAME)
  string(SUBSTRING "${folder}" 0 1 number)
  if(NOT TARGET category-${number})
    add_custom_target(category-${number})
  endif()
  add_dependencies(category-${number} ${program})
endfunction()

# The programs of both; what the tests need of pair.json is set for the caller.
function(leaklab_add_twins pattern where)
  set(folder "${CMAKE_CURRENT_SOURCE_DIR}/${where}/${pattern}")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${folder}/pair.json")
  file(READ "${folder}/pair.json" pair)
  foreach(key IN ITEMS pattern title category gauge rate growth_per_second verdict work seconds_to_tell
      minutes_to_learn prerequisites)
    string(JSON pair_${key} ERROR_VARIABLE missing GET "${pair}" ${key})
    if(missing)
      message(FATAL_ERROR "${folder}/pair.json: ${missing}")
    endif()
  endforeach()
  string(JSON teardown_steps ERROR_VARIABLE missing GET "${pair}" teardown_steps)
  if(missing)
    set(teardown_steps 200)
  endif()
  string(JSON valgrind_finds_leak ERROR_VARIABLE missing GET "${pair}" valgrind_finds_leak)
  if(missing)
    set(valgrind_finds_leak OFF)
  endif()
  if(NOT pair_pattern STREQUAL pattern)
    message(FATAL_ERROR "${folder}/pair.json describes \"${pair_pattern}\"")
  endif()

  foreach(twin IN ITEMS leaky fixed)
    leaklab_add_twin(${pattern}-${twin} "${folder}/${twin}.cpp" ${ARGN})
    leaklab_add_to_category(${pattern}-${twin})
  endforeach()
  if(NOT LEAKLAB_TCMALLOC)  # what leaks by design is not tested for being clean; a test that needs one builds it
    set_target_properties(${pattern}-leaky PROPERTIES EXCLUDE_FROM_ALL ON)
  endif()
  foreach(name IN ITEMS pair_gauge pair_rate pair_seconds_to_tell teardown_steps valgrind_finds_leak)
    set(${name} "${${name}}" PARENT_SCOPE)
  endforeach()
endfunction()

# A program of the lab, which says of itself what the caller's pair_title, pair_gauge, pair_work and pair_rate do.
function(leaklab_add_twin program source)
  configure_file("${PROJECT_SOURCE_DIR}/cmake/this_program.cpp.in" "${program}.cpp" @ONLY)
  set_source_files_properties("${CMAKE_CURRENT_BINARY_DIR}/${program}.cpp" PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
  add_executable(${program} "${source}" "${CMAKE_CURRENT_BINARY_DIR}/${program}.cpp")
  target_link_libraries(${program} PRIVATE leaklab::runner leaklab::world ${ARGN} leaklab::warnings fmt::fmt)
  target_precompile_headers(${program} REUSE_FROM leaklab_world)
endfunction()

# The program judges itself; its exit status tells the three outcomes apart, so no status but the right one passes.
function(leaklab_add_pair_test name)
  cmake_parse_arguments(test "" "" "COMMAND;LABELS;ENVIRONMENT" ${ARGN})
  add_test(NAME pair.${name} COMMAND ${test_COMMAND})
  set_tests_properties(pair.${name} PROPERTIES LABELS "pair;${test_LABELS}" TIMEOUT 120 ENVIRONMENT "${test_ENVIRONMENT}")
endfunction()

function(leaklab_add_pair_tests pattern gauge rate seconds teardown_steps valgrind_finds_leak)
  set(tests "${PROJECT_SOURCE_DIR}/tests")
  set(bin "$<TARGET_FILE_DIR:${pattern}-leaky>")

  # The objects of the fixed twin, with another frame around its scenario.
  if(NOT TARGET leaklab_teardown_run)
    add_library(leaklab_teardown_run OBJECT "${tests}/pairs/teardown_run.cpp")
    target_link_libraries(leaklab_teardown_run PRIVATE leaklab::runner leaklab::world leaklab::warnings fmt::fmt)
    target_precompile_headers(leaklab_teardown_run REUSE_FROM leaklab_world)
  endif()
  add_executable(${pattern}-teardown $<TARGET_OBJECTS:${pattern}-fixed> $<TARGET_OBJECTS:leaklab_teardown_run>)
  target_link_libraries(${pattern}-teardown PRIVATE $<TARGET_PROPERTY:${pattern}-fixed,LINK_LIBRARIES>)

  if(LEAKLAB_VALGRIND)
    leaklab_add_valgrind_tests(${pattern} ${teardown_steps} ${valgrind_finds_leak})
    return()
  endif()
  leaklab_add_pair_test(${pattern}.teardown COMMAND ${pattern}-teardown ${teardown_steps})
  if(LEAKLAB_SANITIZE)  # which keeps memory back and takes time, so that nothing is to be measured
    leaklab_add_pair_test(${pattern}.fixed_is_clean COMMAND ${pattern}-fixed --port 0 --duration 2s --once)
    return()
  endif()

  foreach(twin_and_expectation IN ITEMS leaky:leak:0 leaky:steady:1 fixed:steady:0 fixed:leak:1)
    string(REPLACE ":" ";" parts ${twin_and_expectation})
    list(GET parts 0 twin)
    list(GET parts 1 expectation)
    list(GET parts 2 status)
    leaklab_add_pair_test(${pattern}.${twin}_expect_${expectation}_is_${status} COMMAND "${tests}/exits_with" ${status}
      $<TARGET_FILE:${pattern}-${twin}> --port 0 --duration ${seconds}s --expect ${expectation})
  endforeach()
  leaklab_add_pair_test(${pattern}.too_short_to_tell_is_3 COMMAND "${tests}/exits_with" 3
    $<TARGET_FILE:${pattern}-leaky> --port 0 --duration 500ms --expect leak)
  leaklab_add_pair_test(${pattern}.diff_within_budget COMMAND "${tests}/diff_budget"
    "${CMAKE_CURRENT_SOURCE_DIR}/examples/${pattern}")
  leaklab_add_pair_test(${pattern}.names_the_fault COMMAND "${tests}/pairs/names_the_fault" "${bin}"
    "${CMAKE_CURRENT_SOURCE_DIR}/examples/${pattern}")

  leaklab_add_pair_test(${pattern}.is_held_after_its_load COMMAND "${tests}/pairs/late_look" "${bin}"
    "${CMAKE_CURRENT_SOURCE_DIR}/examples/${pattern}" 5)
  leaklab_add_pair_test(${pattern}.is_held_long_after_its_load LABELS rates COMMAND "${tests}/pairs/late_look" "${bin}"
    "${CMAKE_CURRENT_SOURCE_DIR}/examples/${pattern}" 5 30 90)
  set_tests_properties(pair.${pattern}.is_held_long_after_its_load PROPERTIES TIMEOUT 240)
  if(gauge STREQUAL fds)
    leaklab_add_pair_test(${pattern}.names_the_opening COMMAND "${tests}/pairs/names_the_opening" "${bin}"
      "${CMAKE_CURRENT_SOURCE_DIR}/examples/${pattern}")
  endif()

  # Nor do the verdicts depend on the rate. At the default rate the gauge is held against the operations: an operation under way
  # when it is read counts for one of forty at most.
  math(EXPR forty_operations "(39 + ${rate}) / ${rate}")
  if(forty_operations LESS seconds)
    set(forty_operations ${seconds})
  endif()
  foreach(factor_seconds_label IN ITEMS 1:${forty_operations}: 0.1:14:rates 10:4:rates)
    string(REPLACE ":" ";" parts ${factor_seconds_label})
    list(GET parts 0 factor)
    list(GET parts 1 duration)
    list(GET parts 2 label)
    leaklab_add_pair_test(${pattern}.as_described_at_${factor}_times_the_rate LABELS ${label}
      COMMAND "${PROJECT_SOURCE_DIR}/scripts/run-all" --rate-factor ${factor} --seconds ${duration} ${pattern}
      ENVIRONMENT "LEAKLAB_BIN=${bin};PYTHONDONTWRITEBYTECODE=yes")
  endforeach()
endfunction()

# The target checked_pairs is what these tests run. Leaky twins show that a lost block and a lost descriptor are found.
function(leaklab_add_valgrind_tests pattern teardown_steps valgrind_finds_leak)
  if(NOT TARGET checked_pairs)
    add_custom_target(checked_pairs)
  endif()
  add_dependencies(checked_pairs ${pattern}-fixed ${pattern}-teardown)
  set(is_clean "${PROJECT_SOURCE_DIR}/tests/pairs/is_clean")
  leaklab_add_pair_test(${pattern}.fixed_is_clean COMMAND "${is_clean}" $<TARGET_FILE:${pattern}-fixed> --port 0 --duration 3s --once)
  leaklab_add_pair_test(${pattern}.teardown COMMAND "${is_clean}" $<TARGET_FILE:${pattern}-teardown>
    --sparse ${teardown_steps})
  if(valgrind_finds_leak)
    add_dependencies(checked_pairs ${pattern}-leaky)
    leaklab_add_pair_test(${pattern}.leaky_is_found COMMAND "${PROJECT_SOURCE_DIR}/tests/exits_with" 1
      "${is_clean}" $<TARGET_FILE:${pattern}-leaky> --port 0 --duration 3s --once)
  endif()
endfunction()
