// SPDX-License-Identifier: BSD-3-Clause
// What is asked of a comparison of two runs, whatever feature makes it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "features/shared/common_options.h"
#include "features/source_model/options.h"
#include "tensor/element_type.h"

namespace acc::features {

struct ComparisonOptions {
  CommonOptions common;
  ModelOptions model;  // Of the goldens, for a tensor mapping made here; all of it may be empty.
  std::vector<std::vector<std::string>> default_verifiers;  // The words of each --default_verifier.
  std::filesystem::path golden_output_reference_directory;
  std::filesystem::path inference_results;
  std::filesystem::path tensor_mapping;
  std::filesystem::path qnn_model_json_path;
  std::filesystem::path dlc_path;
  std::filesystem::path verifier_config;
  std::filesystem::path graph_struct;
  std::filesystem::path target_encodings;
  std::optional<ElementType> data_type;  // Of the target's files; nothing where the user is silent.
  bool no_histograms = false;            // Scores alone.
  std::vector<std::string> golden_command;  // See report::Summary; the end-to-end run knows it.
};

}  // namespace acc::features
