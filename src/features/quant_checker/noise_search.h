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

inline constexpr double kLeastPart = 0.02;

// The largest noise first. The quantized tensors, in the graph's order, are halved again and again;
// of all parts the one that makes the most noise while everything else is float comes first. Where
// the noise is small, a half is passed over if the other makes the noise of both already. It ends
// with `most` tensors, or where no part makes kLeastPart of the whole noise, or after `most_runs`.
Result<std::vector<IsolatedNoise>> FindNoise(const CheckedGraph& graph, const OptionResult& result,
                                             IsolatedQuantization& isolated, std::size_t most,
                                             std::size_t most_runs);

}  // namespace acc::features
