// SPDX-License-Identifier: BSD-3-Clause
// One way to quantize a model, of those that the checker tries.
#pragma once

#include <string>
#include <vector>

#include "features/quant_checker/config.h"
#include "features/quant_checker/feature.h"
#include "quantize/quantize.h"

namespace acc::features {

struct QuantizationOption {
  std::string name;  // "enhanced", "enhanced_cle", "tf_cle_per_channel", "as_given"
  Variation variation;
  bool equalize = false;
  bool per_channel = false;
  bool as_given = false;  // The encodings that the model brings; the rest as the variation says.
};

// All combinations, in the order of the configuration.
std::vector<QuantizationOption> OptionsOf(const CheckerConfig& config);

// The model's own quantization, of a model that brings one. What it leaves out is quantized as the
// first variation of the configuration does.
QuantizationOption OptionAsGiven(const CheckerConfig& config);

quantize::Options QuantizeOptionsOf(const QuantizationOption& option,
                                    const QuantCheckerOptions& given);

// The flags with which the inference engine quantizes the same way; with a bitwidth where it is not
// the inference engine's own default.
std::string EngineFlags(const QuantizationOption& option, const QuantCheckerOptions& given);

}  // namespace acc::features
