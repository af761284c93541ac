# Libraries of others. Runtimes (ONNX Runtime, Qualcomm's plugin) are opened at run time and need headers only.
find_package(nlohmann_json REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(Protobuf REQUIRED)
find_package(Threads REQUIRED)
find_package(FlatBuffers REQUIRED CONFIG)
find_package(ZLIB REQUIRED)
find_package(PNG REQUIRED)

# Debian's CMake files of libzip ask for its command-line tools too, and libxlsxwriter has none.
foreach(library zip xlsxwriter)
  find_library(${library}_LIBRARY ${library} REQUIRED)
  find_path(${library}_INCLUDE_DIR ${library}.h REQUIRED)
  add_library(${library}::${library} UNKNOWN IMPORTED)
  set_target_properties(${library}::${library} PROPERTIES IMPORTED_LOCATION "${${library}_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${${library}_INCLUDE_DIR}")
endforeach()
find_library(cairo_LIBRARY cairo REQUIRED)
find_path(cairo_INCLUDE_DIR cairo.h PATH_SUFFIXES cairo REQUIRED)
add_library(cairo::cairo UNKNOWN IMPORTED)
set_target_properties(cairo::cairo PROPERTIES IMPORTED_LOCATION "${cairo_LIBRARY}"
  INTERFACE_INCLUDE_DIRECTORIES "${cairo_INCLUDE_DIR}")
if(ACC_BUILD_TESTS)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()

foreach(needed "${ONNXRUNTIME_INCLUDE_DIR}/onnxruntime_cxx_api.h" "${ONNX_PROTO_DIR}/onnx.proto"
               "${TFLITE_INCLUDE_DIR}/tensorflow/lite/schema/schema_generated.h")
  if(NOT EXISTS "${needed}")
    message(FATAL_ERROR "${needed} is missing. Run scripts/setup first.")
  endif()
endforeach()
