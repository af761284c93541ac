// SPDX-License-Identifier: BSD-3-Clause
// Tries the ways to quantize a model, judges them and ranks them.
#pragma once

#include <cstdint>
#include <filesystem>

#include "base/status.h"
#include "features/shared/feature.h"
#include "features/source_model/options.h"

namespace acc::features {

struct QuantCheckerOptions {
  CommonOptions common;
  ModelOptions model;  // `model_path` may be a folder of models.
  std::filesystem::path config_file;
  std::filesystem::path input_list;
  std::filesystem::path quantization_overrides;
  std::filesystem::path golden_output_reference_directory;
  int activation_width = 8;
  int weights_width = 8;
  int bias_width = 8;
  bool generate_csv = false;
  bool generate_plots = false;
  bool per_channel_plots = false;
  std::uint64_t memory_budget_mb = 1024;
};

// With a folder of models, one that fails does not stop the others, and the failure names it.
Result<Outcome> RunQuantChecker(const QuantCheckerOptions& options);

const Feature& QuantChecker();

}  // namespace acc::features
