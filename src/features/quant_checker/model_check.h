// SPDX-License-Identifier: BSD-3-Clause
// The quantization check of one model: all options, judged and written.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/status.h"
#include "features/quant_checker/config.h"
#include "features/quant_checker/feature.h"

namespace acc::features {

struct ModelCheckOutcome {
  bool thresholds_met = true;
  std::vector<std::string> summary_lines;
};

// Writes below `results`, which exists:
//   overview.html, overview.json
//   html/<option>.html               weights and biases
//   html/<option>_input_<n>.html     activations and data of input n
//   csv/<option>_weights.csv, …_biases.csv, …_activations.csv, csv/inputs.csv
//   hist_analysis_weights/<option>/<tensor>.png, hist_analysis_biases/…
//   overrides/<best option>.json, overrides/remedies.json
// The failing checks go to the log as tables. The model runs once in float for all options that
// share a graph; memory is bounded by the budget. The files are the same for any number of threads.
Result<ModelCheckOutcome> CheckModel(const QuantCheckerOptions& options,
                                     const CheckerConfig& config,
                                     const std::filesystem::path& results);

}  // namespace acc::features
