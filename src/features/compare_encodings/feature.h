// SPDX-License-Identifier: BSD-3-Clause
// Compares the encodings of a DLC with AIMET's, or with those of another DLC.
#pragma once

#include <filesystem>
#include <string>

#include "base/status.h"
#include "features/shared/feature.h"

namespace acc::features {

// One of `aimet_encodings_json` and `input2` is set.
struct CompareEncodingsOptions {
  CommonOptions common;
  std::filesystem::path input;
  std::filesystem::path aimet_encodings_json;
  std::filesystem::path input2;
  std::filesystem::path golden_output_reference_directory;
  int precision = 17;  // Decimal places, 0 to 17.
  bool params_only = false;
  bool activations_only = false;
  std::string specific_node;
};

Result<Outcome> RunCompareEncodings(const CompareEncodingsOptions& options);

const Feature& CompareEncodings();

}  // namespace acc::features
