// SPDX-License-Identifier: BSD-3-Clause
// Calibrates and quantizes a converted graph.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/status.h"
#include "features/conversion.h"
#include "features/options.h"
#include "quantize/quantize.h"

namespace acc::features {

// Runs the float graph over all input lines, as often as the chosen algorithms need, and inserts
// quantization. `source_params` are the names of the source's weights and biases, under which
// overrides may name them. Overrides of unknown tensors are reported in the log.
Result<quantize::QuantizedGraph> QuantizeModel(const convert::TargetGraph& target,
                                               const std::vector<std::string>& source_params,
                                               const InputLines& lines,
                                               const QuantizationOptions& options,
                                               std::uint64_t memory_budget_bytes);

}  // namespace acc::features
