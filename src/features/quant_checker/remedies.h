// SPDX-License-Identifier: BSD-3-Clause
// What costs an option its accuracy, and what mends it at the least price.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "features/quant_checker/noise_search.h"
#include "features/quant_checker/option_result.h"
#include "report/option_overview.h"

namespace acc::features {

struct Remedy {
  report::RemedyText text;
  std::optional<TensorEncoding> encoding;  // As which it can be given to the quantizer.
};

struct Cause {
  NoiseShare share;
  report::CauseText text;  // With the text of the remedy.
  std::optional<TensorEncoding> remedy;
};

struct RemedySources {
  const CheckedGraph& graph;
  const OptionResult& result;
  std::vector<IsolatedNoise> isolated;  // Measured, the largest noise first.
  // The option that differs by equalization alone; null where there is none.
  const OptionResult* equalized = nullptr;
  const CheckedGraph* equalized_graph = nullptr;
  const quantize::Calibrator& calibrator;
  IsolatedQuantization& measuring;
};

// In the order of `isolated`. Remedies are tried in the order of what they cost on the target:
// another range, equalization, a range per channel, a bias of 32 bits, 16 bits. The first is named
// with which the tensor, quantized alone, leaves the output at least 3 dB better. Equalization
// changes other tensors too: it is named where it makes the weight 3 dB better and the output of
// the whole not worse.
Result<std::vector<Cause>> CausesOf(const RemedySources& sources);

}  // namespace acc::features
