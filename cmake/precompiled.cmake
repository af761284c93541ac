# Headers of the standard library and of others are parsed once and read from there by every source: parsing them was
# more than half of the build. A set serves targets of the same compile options: acc_precompiled_element for the stages that
# run once for each element, acc_precompiled_once for the others, acc_precompiled_tests for tests.
#
# A source still includes what it uses: clang-tidy and the fuzz targets compile it without these sets.
option(ACC_PRECOMPILE "Parse the headers of others once for all sources" ON)

function(acc_precompiled name headers)
  cmake_parse_arguments(ARG "" "" "LIBRARIES;OPTIONS" ${ARGN})
  set(source "${CMAKE_BINARY_DIR}/${name}.cc")
  file(GENERATE OUTPUT "${source}" CONTENT "")
  add_library(${name} OBJECT "${source}")
  target_link_libraries(${name} PUBLIC ${ARG_LIBRARIES})
  target_compile_options(${name} PRIVATE ${ARG_OPTIONS})
  target_precompile_headers(${name} PRIVATE "${CMAKE_SOURCE_DIR}/cmake/${headers}")
endfunction()

# acc_use_precompiled(<target> <set> <header of the set> [header ...])
#
# The target takes the headers of such a set; its compile options have to be those of the set. With further headers, which
# only this target uses, it parses them all for itself.
function(acc_use_precompiled target set header)
  if(NOT ACC_PRECOMPILE)
    return()
  endif()
  if(ARGN)
    target_precompile_headers(${target} PRIVATE "${CMAKE_SOURCE_DIR}/cmake/${header}" ${ARGN})
  else()
    target_precompile_headers(${target} REUSE_FROM ${set})
  endif()
endfunction()

if(ACC_PRECOMPILE)
  set(libraries fmt::fmt spdlog::spdlog Threads::Threads)
  acc_precompiled(acc_precompiled_element precompiled.h LIBRARIES ${libraries})
  acc_precompiled(acc_precompiled_once precompiled.h LIBRARIES ${libraries} OPTIONS ${ACC_ONCE_OPTIONS})
  if(ACC_BUILD_TESTS)
    acc_precompiled(acc_precompiled_tests precompiled_tests.h
      LIBRARIES ${libraries} GTest::gtest_main GTest::gmock OPTIONS ${ACC_TEST_OPTIONS})
  endif()
endif()
