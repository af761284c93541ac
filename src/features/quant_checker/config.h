// SPDX-License-Identifier: BSD-3-Clause
// The file of --config_file: which options to try and how to judge them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/status.h"
#include "inspect/checks/checks.h"
#include "quantize/quantize.h"

namespace acc::features {

struct WantedCheck {
  const inspect::CheckInfo* check = nullptr;
  inspect::CheckThreshold threshold;
  std::string threshold_text;  // As given; empty where the check has none.
};

// A word of QUANTIZATION_VARIATIONS.
struct Variation {
  std::string name;
  quantize::Algorithm activations = quantize::Algorithm::kTf;
  quantize::Algorithm weights = quantize::Algorithm::kTf;
};

struct CheckerConfig {
  std::vector<WantedCheck> weights;
  std::vector<WantedCheck> biases;
  std::vector<WantedCheck> activations;
  std::vector<WantedCheck> inputs;
  // Each is tried with each; none is empty.
  std::vector<bool> equalize;  // "cle" or "None".
  std::vector<Variation> variations;
  std::vector<bool> per_channel;
};

// Keys, all optional: WEIGHT_, BIAS_, ACT_COMPARISON_ALGORITHMS and INPUT_DATA_ANALYSIS_ALGORITHMS,
// arrays of {"algo_name", "threshold"} (none unless given); QUANTIZATION_ALGORITHMS (["None"]),
// QUANTIZATION_VARIATIONS (["tf", "enhanced", "symmetric", "asymmetric"]) and, of this program,
// PER_CHANNEL_QUANTIZATION (["False"]). Thresholds are numbers or texts of one; "10%" is understood
// by checks that know percents. Usage errors that name the file and the place, with the nearest
// word: unknown keys and words, a threshold that is missing or no number, an entry twice.
Result<CheckerConfig> ReadCheckerConfig(const std::filesystem::path& path);

}  // namespace acc::features
