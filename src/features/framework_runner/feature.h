// SPDX-License-Identifier: BSD-3-Clause
// Runs the source model in its own framework: the golden tensors.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/status.h"
#include "features/shared/feature.h"
#include "features/source_model/options.h"
#include "flags/rows.h"

namespace acc::features {

struct FrameworkRunnerOptions {
  CommonOptions common;
  ModelOptions model;
  bool enable_graph_optimization = false;  // ONNX Runtime's; off is the reference.
  std::filesystem::path onnx_custom_op_lib;
  std::string tflite_kernels = "builtin";  // Or "reference", "xnnpack".
  std::vector<std::string> add_layer_outputs;
  std::vector<std::string> add_layer_types;
  std::vector<std::string> skip_layer_outputs;
  std::vector<std::string> skip_layer_types;
  std::string start_layer;
  std::string end_layer;
  // The model without the quantization that the file brings, in real numbers.
  bool without_quantization = false;
  std::uint64_t memory_budget_mb = 1024;  // Of captured tensors held at once.
};

flags::Rows<FrameworkRunnerOptions> FrameworkRunnerRows();

// What can be judged before anything runs: the framework, the model, its inputs, the library of
// custom operators.
Status CheckFrameworkRunner(const FrameworkRunnerOptions& options);
Result<Outcome> RunFrameworkRunner(const FrameworkRunnerOptions& options);

const Feature& FrameworkRunner();

}  // namespace acc::features
