// SPDX-License-Identifier: BSD-3-Clause
// Finds the tensors whose rounding alone makes most of the output's error, by measuring.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/status.h"
#include "features/quant_checker/isolated_quantization.h"
#include "features/quant_checker/option_result.h"

namespace acc::features {

// What quantizing one tensor alone does to the output.
struct IsolatedNoise {
  std::string tensor;
  double output_db = 0;
  double part = 0;  // Its noise against that of all tensors together; may pass 1.
};

// The largest noise first, of the quantized tensors in the graph's order: see
// shared/noise_halving.h.
Result<std::vector<IsolatedNoise>> FindNoise(const CheckedGraph& graph, const OptionResult& result,
                                             IsolatedQuantization& isolated, std::size_t most,
                                             std::size_t most_runs);

}  // namespace acc::features
