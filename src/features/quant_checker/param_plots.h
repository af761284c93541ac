// SPDX-License-Identifier: BSD-3-Clause
// The plots of weights and biases: one PNG for each option and tensor.
#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "base/status.h"
#include "features/quant_checker/checked_graph.h"
#include "features/quant_checker/option_result.h"

namespace acc::features {

// hist_analysis_weights/<option>/<tensor>.png and hist_analysis_biases/… below `results`; with
// `per_channel` also <tensor>_channels.png where a weight has channels. What two options quantize
// the same way is drawn once.
Status WriteParamPlots(std::span<const CheckedGraph> graphs, std::span<const OptionResult> results,
                       bool per_channel, const std::filesystem::path& folder);

}  // namespace acc::features
