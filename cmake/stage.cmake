# acc_stage(<name> [PER_ELEMENT] SOURCES ... [TESTS ...] [USES ...] [LIBRARIES ...])
#
# One folder of src/ is one stage: a static library acc_<name>, and one test program <name>_test of its TESTS.
# USES names the stages it may include (tests/layering_test.py holds the table), LIBRARIES those of others. PER_ELEMENT marks a
# stage whose time is spent in loops over the elements of tensors.
function(acc_stage name)
  cmake_parse_arguments(ARG "PER_ELEMENT" "" "SOURCES;TESTS;USES;LIBRARIES" ${ARGN})
  add_library(acc_${name} STATIC ${ARG_SOURCES})
  target_include_directories(acc_${name} PUBLIC "${CMAKE_SOURCE_DIR}/src")
  list(TRANSFORM ARG_USES PREPEND acc_)
  target_link_libraries(acc_${name} PUBLIC ${ARG_USES} ${ARG_LIBRARIES})
  if(ARG_PER_ELEMENT)
    acc_use_precompiled(acc_${name} acc_precompiled_element precompiled.h)
  else()
    target_compile_options(acc_${name} PRIVATE ${ACC_ONCE_OPTIONS})
    acc_use_precompiled(acc_${name} acc_precompiled_once precompiled.h)
  endif()
  if(ACC_BUILD_TESTS AND ARG_TESTS)
    add_executable(${name}_test ${ARG_TESTS})
    target_link_libraries(${name}_test PRIVATE acc_${name} GTest::gtest_main GTest::gmock)
    target_compile_options(${name}_test PRIVATE ${ACC_TEST_OPTIONS})
    acc_use_precompiled(${name}_test acc_precompiled_tests precompiled_tests.h)
    add_test(NAME unit.${name} COMMAND ${name}_test)
    set_tests_properties(unit.${name} PROPERTIES LABELS "fast"
      ENVIRONMENT "ACC_SOURCE_DIR=${CMAKE_SOURCE_DIR}")
  endif()
endfunction()

# acc_part(<stage> <name> SOURCES ... PRECOMPILES ...)
#
# More sources of a stage: those that include headers of others, PRECOMPILES, that take long to parse and that the rest of the
# stage does without.
function(acc_part stage name)
  cmake_parse_arguments(ARG "" "" "SOURCES;PRECOMPILES" ${ARGN})
  set(part acc_${stage}_${name})
  add_library(${part} OBJECT ${ARG_SOURCES})
  target_include_directories(${part} PRIVATE "${CMAKE_SOURCE_DIR}/src")
  get_target_property(libraries acc_${stage} LINK_LIBRARIES)
  target_link_libraries(${part} PRIVATE ${libraries})
  target_compile_options(${part} PRIVATE ${ACC_ONCE_OPTIONS})
  acc_use_precompiled(${part} acc_precompiled_once precompiled.h ${ARG_PRECOMPILES})
  target_sources(acc_${stage} PRIVATE $<TARGET_OBJECTS:${part}>)
endfunction()
