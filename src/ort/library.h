// SPDX-License-Identifier: BSD-3-Clause
// Finds and opens ONNX Runtime when it is first needed; nothing is linked against it.
#pragma once

#include <cstdint>
#include <string>

#include "base/library_places.h"
#include "base/status.h"

namespace acc::ort {

// Opens ONNX Runtime once per process. Looked for in this order: the file named by the environment
// variable ACC_ONNXRUNTIME_LIBRARY, the package onnxruntime in PythonPackages(), the system's
// libraries.
// Fails with all the places that were tried and the command that installs it.
Status LoadOnnxRuntime();

// The same, as it was opened.
Result<OpenedLibrary> OnnxRuntimeLibrary();

// "1.32.0"; only after LoadOnnxRuntime() succeeded.
std::string OnnxRuntimeVersion();

// The runtime's table of functions as interface version `version` (24 for 1.24) has it; null where
// the library is older. Only after LoadOnnxRuntime() succeeded.
const void* FunctionTable(std::uint32_t version);

}  // namespace acc::ort
