// SPDX-License-Identifier: BSD-3-Clause
// Writes what a tensor inspection leaves: the files of each tensor, index.html and summary.csv.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "base/status.h"
#include "report/inspected_tensor.h"
#include "report/summary.h"

namespace acc::report {

struct InspectionStyle {
  std::string_view assets = "report_assets";  // kAssetFolder as seen from the directory.
  // CDF_plots.png, Diff_plots.png and Histograms.png beside the pages of the same name.
  bool images = false;
};

// The pages and images of one tensor, below <directory>/<tensor.folder>. Thread-safe for different
// tensors.
Status WriteInspectedTensor(const std::filesystem::path& directory, const InspectedTensor& tensor,
                            const InspectionStyle& style);

// By the target tensor's name.
using InspectionEntries = std::map<std::string, InspectionEntry>;

// index.html and summary.csv. Rows of `summary` without an entry were compared but not inspected.
Status WriteInspectionIndex(const std::filesystem::path& directory, const Summary& summary,
                            const InspectionEntries& entries, const InspectionStyle& style);

// One row per tensor: Name, Layer Type, Size, Tensor_dims, golden_min, golden_max, target_min,
// target_max, calibrated_min, calibrated_max, target_calibrated_min_diff,
// target_calibrated_max_diff (target less calibrated), golden_outside, target_outside (shares), one
// column per verifier, verdict, note. What is unknown is empty.
std::string InspectionCsv(const Summary& summary, const InspectionEntries& entries);

}  // namespace acc::report
