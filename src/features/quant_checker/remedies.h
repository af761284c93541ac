// SPDX-License-Identifier: BSD-3-Clause
// What costs an option its accuracy, and what mends it at the least price.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "features/quant_checker/option_result.h"
#include "report/option_overview.h"

namespace acc::features {

// Of one tensor, ordered by what they cost on the target: another range costs nothing, nor does
// equalization, then come a range per channel, a bias of 32 bits, 16 bits.
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
  // The option that differs by equalization alone; null where there is none.
  const OptionResult* equalized = nullptr;
  const CheckedGraph* equalized_graph = nullptr;
  const quantize::Calibrator& calibrator;
  const QuantCheckerOptions& given;
};

// The tensors that make most of the expected noise, at most `most`, none of them less than 2 %. A
// remedy is named where it lowers the tensor's own noise by 3 dB or more: the cheapest of those.
std::vector<Cause> CausesOf(const RemedySources& sources, std::size_t most);

}  // namespace acc::features
