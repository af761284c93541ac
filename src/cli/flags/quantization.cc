// SPDX-License-Identifier: BSD-3-Clause
#include "cli/flags/idle.h"
#include "cli/flags/setters.h"
#include "cli/flags/tables.h"

namespace acc::cli {
namespace {

using features::InferenceEngineOptions;
using features::QuantizationOptions;

constexpr auto kQuantizationPart = &InferenceEngineOptions::quantization;

constexpr std::array<std::string_view, 3> kPrecisions = {"int8", "fp16", "fp32"};
constexpr std::array<std::string_view, 2> kBiasBitwidths = {"8", "32"};
constexpr std::array<std::string_view, 2> kActivationBitwidths = {"8", "16"};
constexpr std::array<std::string_view, 3> kWeightBitwidths = {"4", "8", "16"};
constexpr std::array<std::string_view, 5> kCalibrations = {"min-max", "sqnr", "entropy", "mse",
                                                           "percentile"};
constexpr std::array<std::string_view, 2> kAlgorithms = {"cle", "hba"};

constexpr Flag kFlags[] = {
    {.name = "precision",
     .placeholder = "PRECISION",
     .choices = kPrecisions,
     .fallback = "int8",
     .groups = kOfEngine,
     .help = "The target's arithmetic. Models that start converted or compiled have their own.",
     .set = &Set<kEnginePart, &InferenceEngineOptions::precision>,
     .idle = &IdleOnDlc},
    {.name = "act_bitwidth",
     .short_name = "abw",
     .placeholder = "BITS",
     .choices = kActivationBitwidths,
     .fallback = "8",
     .groups = kOfEngine,
     .help = "Bits of a quantized activation.",
     .set = &Set<kEnginePart, kQuantizationPart, &QuantizationOptions::act_bitwidth>,
     .idle = &IdleWithoutQuantizing},
    {.name = "weights_bitwidth",
     .short_name = "wbw",
     .placeholder = "BITS",
     .choices = kWeightBitwidths,
     .fallback = "8",
     .groups = kOfEngine,
     .help = "Bits of a quantized weight.",
     .set = &Set<kEnginePart, kQuantizationPart, &QuantizationOptions::weights_bitwidth>,
     .idle = &IdleWithoutQuantizing},
    {.name = "bias_bitwidth",
     .short_name = "bbw",
     .placeholder = "BITS",
     .choices = kBiasBitwidths,
     .fallback = "8",
     .groups = kOfEngine,
     .help = "Bits of a quantized bias.",
     .set = &Set<kEnginePart, kQuantizationPart, &QuantizationOptions::bias_bitwidth>,
     .idle = &IdleWithoutQuantizing},
    {.name = "quantization_overrides",
     .short_name = "qo",
     .placeholder = "QUANTIZATION_OVERRIDES",
     .groups = kOfEngineAndChecker,
     .help = "A JSON file of encodings that replace the calibrated ones (AIMET 0.6.1 or 1.0.0).",
     .set =
         &Each<&Set<kEnginePart, kQuantizationPart, &QuantizationOptions::quantization_overrides>,
               &Set<kCheckerPart, &features::QuantCheckerOptions::quantization_overrides>>,
     .idle = &IdleWithoutQuantizing},
    {.name = "override_params",
     .groups = kOfEngine,
     .help = "Quantize anew where the source model brings its own quantization.",
     .set = &Set<kEnginePart, kQuantizationPart, &QuantizationOptions::override_params>,
     .idle = &IdleWithoutQuantizing},
    {.name = "no_weight_quantization",
     .groups = kOfEngine,
     .help = "Keep the weights in floating point; their encodings are still computed.",
     .set = &Set<kEnginePart, kQuantizationPart, &QuantizationOptions::no_weight_quantization>,
     .idle = &IdleWithoutQuantizing},
    {.name = "use_symmetric_quantize_weights",
     .groups = kOfEngine,
     .help = "Quantize the weights symmetrically around zero.",
     .set =
         &Set<kEnginePart, kQuantizationPart, &QuantizationOptions::use_symmetric_quantize_weights>,
     .idle = &IdleWithoutQuantizing},
    {.name = "use_enhanced_quantizer",
     .groups = kOfEngine,
     .help = "Choose ranges that cut off long tails, for activations and weights.",
     .set = &Set<kEnginePart, kQuantizationPart, &QuantizationOptions::use_enhanced_quantizer>,
     .idle = &IdleWithoutQuantizing},
    {.name = "use_adjusted_weights_quantizer",
     .groups = kOfEngine,
     .help = "Choose the ranges of the weights with the adjusted quantizer.",
     .set =
         &Set<kEnginePart, kQuantizationPart, &QuantizationOptions::use_adjusted_weights_quantizer>,
     .idle = &IdleAdjusted},
    {.name = "use_per_channel_quantization",
     .groups = kOfEngine,
     .help = "Quantize the weights of convolutions with one range per output channel.",
     .set =
         &Set<kEnginePart, kQuantizationPart, &QuantizationOptions::use_per_channel_quantization>,
     .idle = &IdleWithoutQuantizing},
    {.name = "algorithms",
     .placeholder = "ALGORITHM",
     .choices = kAlgorithms,
     .repeatable = true,
     .groups = kOfEngine,
     .help = "What to do to the model before it is quantized: cle equalizes the channels of "
             "successive layers; hba does so and moves large biases on, which changes the float "
             "output a little.",
     .set = &SetAlgorithms,
     .idle = &IdleOnDlc},
    {.name = "act_quantizer_calibration",
     .placeholder = "CALIBRATION",
     .choices = kCalibrations,
     .groups = kOfEngine,
     .help = "How the ranges of activations are chosen: min-max is the whole observed range, the "
             "others cut off what costs more than it gives.",
     .set = &Set<kEnginePart, kQuantizationPart, &QuantizationOptions::act_quantizer_calibration>,
     .idle = &IdleWithoutQuantizing},
    {.name = "param_quantizer_calibration",
     .placeholder = "CALIBRATION",
     .choices = kCalibrations,
     .groups = kOfEngine,
     .help = "The same for weights.",
     .set = &Set<kEnginePart, kQuantizationPart, &QuantizationOptions::param_quantizer_calibration>,
     .idle = &IdleWithoutQuantizing},
    {.name = "percentile_calibration_value",
     .placeholder = "PERCENTILE",
     .fallback = "99.99",
     .groups = kOfEngine,
     .help = "For the calibration percentile: 100 minus this many percent of the values are left "
             "out at each end. 90 to 100.",
     .set = &SetPercentile,
     .idle = &IdlePercentile},
};

}  // namespace

std::span<const Flag> QuantizationFlags() { return kFlags; }

}  // namespace acc::cli
