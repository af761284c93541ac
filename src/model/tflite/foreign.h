// SPDX-License-Identifier: BSD-3-Clause
// Says of a file that is no TensorFlow Lite model what it is instead.
#pragma once

#include <string>
#include <string_view>

namespace acc::model::tflite {

// "it is empty. …", "it is an ONNX model. …"; ends with what to do.
std::string WhatFile(std::string_view content);

}  // namespace acc::model::tflite
