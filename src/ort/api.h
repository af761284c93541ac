// SPDX-License-Identifier: BSD-3-Clause
// ONNX Runtime's C++ interface, set up for a library that is opened at run time. Only this folder
// includes it; Ort::InitApi must have been called (LoadOnnxRuntime does) before anything of it is
// used.
#pragma once

#define ORT_API_MANUAL_INIT
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#include <onnxruntime_cxx_api.h>
#pragma GCC diagnostic pop
