// SPDX-License-Identifier: BSD-3-Clause
// Calibrates and quantizes a converted graph.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/status.h"
#include "convert/convert.h"
#include "features/input_lines.h"
#include "features/options.h"
#include "quantize/quantize.h"

namespace acc::features {

// Runs the float graph over all input lines, once, and inserts quantization. `source_params` are
// the names of the source's weights and biases, under which overrides may name them. Overrides of
// unknown tensors are reported in the log.
Result<quantize::QuantizedGraph> QuantizeModel(const convert::TargetGraph& target,
                                               const std::vector<std::string>& source_params,
                                               const InputLines& lines,
                                               const QuantizationOptions& options,
                                               std::uint64_t memory_budget_bytes);

// With the encodings that came with the model and no others; nothing runs. `types` has all tensors
// of the graph.
Result<quantize::QuantizedGraph> QuantizeAsGiven(const model::Graph& graph,
                                                 const quantize::Types& types,
                                                 const quantize::Overrides& encodings);

}  // namespace acc::features
