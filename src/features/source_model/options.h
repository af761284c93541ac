// SPDX-License-Identifier: BSD-3-Clause
// What is asked of the source model and of its quantization.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tensor/element_type.h"
#include "tensor/shape.h"

namespace acc::features {

// --input_tensor NAME DIMS RAW [TYPE]
struct InputTensor {
  std::string name;
  Shape dims;
  std::filesystem::path raw_file;
  ElementType type = ElementType::kFloat32;  // Of the file's elements.
  bool type_given = false;                   // Otherwise native-sized files are accepted too.
};

struct ModelOptions {
  std::string framework;          // "onnx", "tflite" or "tensorflow", lower case.
  std::string framework_version;  // Empty where the user gave none.
  std::filesystem::path model_path;
  std::vector<InputTensor> input_tensors;
  std::vector<std::string> output_tensors;
};

enum class Precision { kInt8, kFp16, kFp32 };

// How the target's arithmetic is made of the model.
struct QuantizationOptions {
  Precision precision = Precision::kInt8;  // Only int8 quantizes, whatever its bitwidths.
  int bias_bitwidth = 8;
  int act_bitwidth = 8;
  int weights_bitwidth = 8;
  std::filesystem::path quantization_overrides;
  bool override_params = false;
  bool no_weight_quantization = false;
  bool use_symmetric_quantize_weights = false;
  bool use_enhanced_quantizer = false;
  bool use_adjusted_weights_quantizer = false;
  bool use_per_channel_quantization = false;
  std::vector<std::string> algorithms;      // "cle", "hba".
  std::string act_quantizer_calibration;    // qairt-quantizer's word; empty: what the switches say.
  std::string param_quantizer_calibration;  // The same for weights.
  double percentile_calibration_value = 99.99;  // 90 to 100.
};

}  // namespace acc::features
