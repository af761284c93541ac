# Language level, warnings and sanitizers, the same for every target.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
# All that becomes part of a program has the same options (see precompiled.cmake).
add_compile_options($<$<NOT:$<STREQUAL:$<TARGET_PROPERTY:TYPE>,MODULE_LIBRARY>>:-fPIE>)
add_link_options($<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:-pie>)

# Designated initializers leave out fields on purpose: the defaults stand in the struct.
add_compile_options(-Wall -Wextra -Wpedantic -Werror -Wshadow -Wnon-virtual-dtor -Wold-style-cast
                    -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # At -O3, g++ 12 takes the operator+ of std::string for an overlapping copy (GCC bug 105651), and with precompiled headers
  # the moves and copies of short ones for copies beyond their ends.
  add_compile_options(-Wno-restrict -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread)
endif()
if(ACC_SANITIZE)
  # Instrumented code of the standard library looks uninitialized to g++ 12.
  string(REGEX REPLACE "^address$" "address,undefined" sanitizers "${ACC_SANITIZE}")
  # Optimizing what sanitizers add takes five times as long, and lines are all that their reports need.
  add_compile_options(-fsanitize=${sanitizers} -O0 -g1 -fno-omit-frame-pointer -Wno-maybe-uninitialized)
  add_link_options(-fsanitize=${sanitizers})
endif()
if(ACC_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()

# Where code runs once for each element of a tensor, Release optimizes as far as it can (PER_ELEMENT of acc_stage); what runs
# once for each model or tensor is compiled with -O1, in half the time, and unit tests with -Og, in a fifth less than that.
# RelWithDebInfo and sanitizers keep their own.
set(ACC_ONCE_OPTIONS $<$<CONFIG:Release>:-O1>)
set(ACC_TEST_OPTIONS $<$<CONFIG:Release>:-Og>)

find_program(ACC_CCACHE ccache)
if(ACC_CCACHE)
  # What ccache asks for before it keeps objects made with precompiled headers.
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env
      "CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime" "${ACC_CCACHE}")
  add_compile_options($<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
endif()
