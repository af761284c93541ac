// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "features/source_model/flags.h"
#include "flags/assign.h"

namespace acc::features {
namespace {

using flags::Flag;
using flags::NoEffect;
using flags::Occurrences;
using flags::OnlyWord;
using flags::Set;

constexpr std::array<std::string_view, 3> kPrecisions = {"int8", "fp16", "fp32"};
constexpr std::array<std::string_view, 2> kBiasBitwidths = {"8", "32"};
constexpr std::array<std::string_view, 2> kActivationBitwidths = {"8", "16"};
constexpr std::array<std::string_view, 3> kWeightBitwidths = {"4", "8", "16"};
constexpr std::array<std::string_view, 5> kCalibrations = {"min-max", "sqnr", "entropy", "mse",
                                                           "percentile"};
constexpr std::array<std::string_view, 2> kAlgorithms = {"cle", "hba"};

Status SetPrecision(const Flag& /*flag*/, const Occurrences& given, QuantizationOptions& options) {
  const std::string& word = OnlyWord(given);
  options.precision = word == "fp32"   ? Precision::kFp32
                      : word == "fp16" ? Precision::kFp16
                                       : Precision::kInt8;
  return OkStatus();
}

Status SetAlgorithms(const Flag& /*flag*/, const Occurrences& given, QuantizationOptions& options) {
  for (const std::vector<std::string>& words : given) options.algorithms.push_back(words.front());
  return OkStatus();
}

Status SetPercentile(const Flag& flag, const Occurrences& given, QuantizationOptions& options) {
  const std::optional<double> number = ParseDouble(OnlyWord(given));
  // Negated, so that NaN is refused too.
  if (!number || !(*number >= 90 && *number <= 100)) {
    return UsageError(fmt::format("{} takes a number from 90 to 100, not '{}'", flags::Dashed(flag),
                                  Printable(OnlyWord(given))));
  }
  options.percentile_calibration_value = *number;
  return OkStatus();
}

std::string IdleWithoutQuantizing(const QuantizationOptions& options,
                                  const Occurrences& /*given*/) {
  if (options.precision == Precision::kInt8) return "";
  return NoEffect(fmt::format("--precision {} quantizes nothing",
                              options.precision == Precision::kFp16 ? "fp16" : "fp32"));
}

std::string IdleAdjusted(const QuantizationOptions& options, const Occurrences& given) {
  std::string idle = IdleWithoutQuantizing(options, given);
  if (idle.empty() && options.use_symmetric_quantize_weights) {
    idle = NoEffect("--use_symmetric_quantize_weights says how weights are quantized");
  }
  return idle;
}

std::string IdlePercentile(const QuantizationOptions& options, const Occurrences& given) {
  std::string idle = IdleWithoutQuantizing(options, given);
  const bool is_read = options.act_quantizer_calibration == "percentile" ||
                       options.param_quantizer_calibration == "percentile";
  if (idle.empty() && !is_read) {
    idle = NoEffect(
        "neither --act_quantizer_calibration nor --param_quantizer_calibration is percentile");
  }
  return idle;
}

}  // namespace

flags::Rows<QuantizationOptions> QuantizationRows() {
  return {
      {{.name = "precision",
        .placeholder = "PRECISION",
        .choices = kPrecisions,
        .fallback = "int8",
        .help = "The target's arithmetic. Models that start converted or compiled have their own."},
       &SetPrecision},
      {{.name = "act_bitwidth",
        .short_name = "abw",
        .placeholder = "BITS",
        .choices = kActivationBitwidths,
        .fallback = "8",
        .help = "Bits of a quantized activation."},
       &Set<&QuantizationOptions::act_bitwidth>,
       &IdleWithoutQuantizing},
      {{.name = "weights_bitwidth",
        .short_name = "wbw",
        .placeholder = "BITS",
        .choices = kWeightBitwidths,
        .fallback = "8",
        .help = "Bits of a quantized weight."},
       &Set<&QuantizationOptions::weights_bitwidth>,
       &IdleWithoutQuantizing},
      {{.name = "bias_bitwidth",
        .short_name = "bbw",
        .placeholder = "BITS",
        .choices = kBiasBitwidths,
        .fallback = "8",
        .help = "Bits of a quantized bias."},
       &Set<&QuantizationOptions::bias_bitwidth>,
       &IdleWithoutQuantizing},
      {QuantizationOverridesFlag(), &Set<&QuantizationOptions::quantization_overrides>,
       &IdleWithoutQuantizing},
      {{.name = "override_params",
        .help = "Quantize anew where the source model brings its own quantization."},
       &Set<&QuantizationOptions::override_params>,
       &IdleWithoutQuantizing},
      {{.name = "no_weight_quantization",
        .help = "Keep the weights in floating point; their encodings are still computed."},
       &Set<&QuantizationOptions::no_weight_quantization>,
       &IdleWithoutQuantizing},
      {{.name = "use_symmetric_quantize_weights",
        .help = "Quantize the weights symmetrically around zero."},
       &Set<&QuantizationOptions::use_symmetric_quantize_weights>,
       &IdleWithoutQuantizing},
      {{.name = "use_enhanced_quantizer",
        .help = "Choose ranges that cut off long tails, for activations and weights."},
       &Set<&QuantizationOptions::use_enhanced_quantizer>,
       &IdleWithoutQuantizing},
      {{.name = "use_adjusted_weights_quantizer",
        .help = "Choose the ranges of the weights with the adjusted quantizer."},
       &Set<&QuantizationOptions::use_adjusted_weights_quantizer>,
       &IdleAdjusted},
      {{.name = "use_per_channel_quantization",
        .help = "Quantize the weights of convolutions with one range per output channel."},
       &Set<&QuantizationOptions::use_per_channel_quantization>,
       &IdleWithoutQuantizing},
      {{.name = "algorithms",
        .placeholder = "ALGORITHM",
        .choices = kAlgorithms,
        .repeatable = true,
        .help = "What to do to the model before it is quantized: cle equalizes the channels of "
                "successive layers; hba does so and moves large biases on, which changes the float "
                "output a little."},
       &SetAlgorithms},
      {{.name = "act_quantizer_calibration",
        .placeholder = "CALIBRATION",
        .choices = kCalibrations,
        .help =
            "How the ranges of activations are chosen: min-max is the whole observed range, the "
            "others cut off what costs more than it gives."},
       &Set<&QuantizationOptions::act_quantizer_calibration>,
       &IdleWithoutQuantizing},
      {{.name = "param_quantizer_calibration",
        .placeholder = "CALIBRATION",
        .choices = kCalibrations,
        .help = "The same for weights."},
       &Set<&QuantizationOptions::param_quantizer_calibration>,
       &IdleWithoutQuantizing},
      {{.name = "percentile_calibration_value",
        .placeholder = "PERCENTILE",
        .fallback = "99.99",
        .help =
            "For the calibration percentile: 100 minus this many percent of the values are left "
            "out at each end. 90 to 100."},
       &SetPercentile,
       &IdlePercentile},
  };
}

flags::Flag QuantizationOverridesFlag() {
  return {.name = "quantization_overrides",
          .short_name = "qo",
          .placeholder = "QUANTIZATION_OVERRIDES",
          .help =
              "A JSON file of encodings that replace the calibrated ones (AIMET 0.6.1 or "
              "1.0.0)."};
}

}  // namespace acc::features
