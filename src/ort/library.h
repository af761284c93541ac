// SPDX-License-Identifier: BSD-3-Clause
// Finds and opens ONNX Runtime when it is first needed; nothing is linked against it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/status.h"

namespace acc::ort {

// Opens ONNX Runtime once per process. Looked for in this order: the file named by the environment
// variable ACC_ONNXRUNTIME_LIBRARY, a `.venv` of set-up in a folder above this program or the
// current folder, the active Python environment, the system's libraries.
// Fails with all the places that were tried and the command that installs it.
Status LoadOnnxRuntime();

// "1.32.0"; only after LoadOnnxRuntime() succeeded.
std::string OnnxRuntimeVersion();

// The runtime's table of functions as interface version `version` (24 for 1.24) has it; null where
// the library is older. Only after LoadOnnxRuntime() succeeded.
const void* FunctionTable(std::uint32_t version);

// A file of a Python package, such as "onnxruntime_qnn/libQnnHtp.so", in the environments above.
// `variable` names an environment variable that holds the package's folder and is tried first.
// `install` is the command that a failure recommends.
Result<std::filesystem::path> FindPackageFile(const std::string& file, const char* variable,
                                              const std::string& install);

}  // namespace acc::ort
