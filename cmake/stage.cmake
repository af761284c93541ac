# acc_stage(<name> SOURCES ... [TESTS ...] [USES ...] [LIBRARIES ...])
#
# One folder of src/ is one stage: a static library acc_<name>, and one test program <name>_test of its TESTS.
# USES names the stages it may include (tests/layering_test.py holds the table), LIBRARIES those of others.
function(acc_stage name)
  cmake_parse_arguments(ARG "" "" "SOURCES;TESTS;USES;LIBRARIES;TEST_LIBRARIES" ${ARGN})
  add_library(acc_${name} STATIC ${ARG_SOURCES})
  target_include_directories(acc_${name} PUBLIC "${CMAKE_SOURCE_DIR}/src")
  list(TRANSFORM ARG_USES PREPEND acc_)
  target_link_libraries(acc_${name} PUBLIC ${ARG_USES} ${ARG_LIBRARIES})
  if(ACC_BUILD_TESTS AND ARG_TESTS)
    list(TRANSFORM ARG_TEST_LIBRARIES PREPEND acc_)
    add_executable(${name}_test ${ARG_TESTS})
    target_link_libraries(${name}_test PRIVATE acc_${name} ${ARG_TEST_LIBRARIES} GTest::gtest_main GTest::gmock)
    add_test(NAME unit.${name} COMMAND ${name}_test)
    set_tests_properties(unit.${name} PROPERTIES LABELS "fast"
      ENVIRONMENT "ACC_SOURCE_DIR=${CMAKE_SOURCE_DIR}")
  endif()
endfunction()
