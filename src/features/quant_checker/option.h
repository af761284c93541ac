// SPDX-License-Identifier: BSD-3-Clause
// One way to quantize a model, of those that the checker tries.
#pragma once

#include <string>
#include <vector>

#include "features/options.h"
#include "features/quant_checker/config.h"
#include "quantize/quantize.h"

namespace acc::features {

struct QuantizationOption {
  std::string name;  // "enhanced", "enhanced_cle", "tf_cle_per_channel"
  Variation variation;
  bool equalize = false;
  bool per_channel = false;
};

// All combinations, in the order of the configuration.
std::vector<QuantizationOption> OptionsOf(const CheckerConfig& config);

quantize::Options QuantizeOptionsOf(const QuantizationOption& option,
                                    const QuantCheckerOptions& given);

// The flags with which the inference engine quantizes the same way; with a bitwidth where it is not
// the inference engine's own default.
std::string EngineFlags(const QuantizationOption& option, const QuantCheckerOptions& given);

}  // namespace acc::features
