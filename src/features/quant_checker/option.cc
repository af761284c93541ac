// SPDX-License-Identifier: BSD-3-Clause
#include "features/quant_checker/option.h"

#include <fmt/format.h>

#include "quantize/algorithms.h"

namespace acc::features {

std::vector<QuantizationOption> OptionsOf(const CheckerConfig& config) {
  std::vector<QuantizationOption> options;
  for (const bool per_channel : config.per_channel) {
    for (const bool equalize : config.equalize) {
      for (const Variation& variation : config.variations) {
        options.push_back({.name = variation.name + (equalize ? "_cle" : "") +
                                   (per_channel ? "_per_channel" : ""),
                           .variation = variation,
                           .equalize = equalize,
                           .per_channel = per_channel});
      }
    }
  }
  return options;
}

QuantizationOption OptionAsGiven(const CheckerConfig& config) {
  return {.name = "as_given", .variation = config.variations.front(), .as_given = true};
}

quantize::Options QuantizeOptionsOf(const QuantizationOption& option,
                                    const QuantCheckerOptions& given) {
  quantize::Options options;
  options.activations = option.variation.activations;
  options.weights = option.variation.weights;
  options.per_channel_weights = option.per_channel;
  options.activation_bitwidth = given.activation_width;
  options.weight_bitwidth = given.weights_width;
  options.bias_bitwidth = given.bias_width;
  return options;
}

std::string EngineFlags(const QuantizationOption& option, const QuantCheckerOptions& given) {
  constexpr int kUsualBitwidth = 8;
  std::string flags;
  const auto width = [&](std::string_view flag, int bitwidth) {
    if (bitwidth != kUsualBitwidth) flags += fmt::format(" --{} {}", flag, bitwidth);
  };
  width("act_bitwidth", given.activation_width);
  width("weights_bitwidth", given.weights_width);
  width("bias_bitwidth", given.bias_width);
  if (option.equalize) flags += " --algorithms cle";
  if (option.per_channel) flags += " --use_per_channel_quantization";
  return flags;
}

}  // namespace acc::features
