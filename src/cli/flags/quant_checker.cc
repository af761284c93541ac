// SPDX-License-Identifier: BSD-3-Clause
#include "cli/flags/setters.h"
#include "cli/flags/tables.h"

namespace acc::cli {
namespace {

using features::QuantCheckerOptions;
using enum Feature;
using enum Group;

constexpr std::array<std::string_view, 2> kActivationWidths = {"8", "16"};
constexpr std::array<std::string_view, 3> kWeightsWidths = {"4", "8", "16"};
constexpr std::array<std::string_view, 2> kBiasWidths = {"8", "32"};

constexpr Places kOfChecker = In({{kQuantChecker, kOptional}});

constexpr Flag kFlags[] = {
    {.name = "config_file",
     .placeholder = "CONFIG_FILE",
     .groups = In({{kQuantChecker, kRequired}}),
     .help = "A JSON file: the ways to quantize that are to be tried, and the checks of weights, "
             "biases, activations and inputs with their thresholds. docs/quant-checker.md explains "
             "it.",
     .set = &Set<kCheckerPart, &QuantCheckerOptions::config_file>},
    {.name = "activation_width",
     .aliases = {"act_bitwidth"},
     .placeholder = "BITS",
     .choices = kActivationWidths,
     .fallback = "8",
     .groups = kOfChecker,
     .help = "Bits of a quantized activation.",
     .set = &Set<kCheckerPart, &QuantCheckerOptions::activation_width>},
    {.name = "weights_width",
     .aliases = {"weights_bitwidth"},
     .placeholder = "BITS",
     .choices = kWeightsWidths,
     .fallback = "8",
     .groups = kOfChecker,
     .help = "Bits of a quantized weight.",
     .set = &Set<kCheckerPart, &QuantCheckerOptions::weights_width>},
    {.name = "bias_width",
     .aliases = {"bias_bitwidth"},
     .placeholder = "BITS",
     .choices = kBiasWidths,
     .fallback = "8",
     .groups = kOfChecker,
     .help = "Bits of a quantized bias.",
     .set = &Set<kCheckerPart, &QuantCheckerOptions::bias_width>},
    {.name = "generate_csv",
     .groups = kOfChecker,
     .help = "Also write every check as CSV: a file for each way to quantize and kind of tensor.",
     .set = &Set<kCheckerPart, &QuantCheckerOptions::generate_csv>},
    {.name = "generate_plots",
     .groups = kOfChecker,
     .help =
         "Also draw the histogram of every weight and bias, unquantized and quantized, for each "
         "way to quantize.",
     .set = &Set<kCheckerPart, &QuantCheckerOptions::generate_plots>},
    {.name = "per_channel_plots",
     .groups = kOfChecker,
     .help = "Draw the channels of every weight that has some, beside the histograms.",
     .set = &Set<kCheckerPart, &QuantCheckerOptions::per_channel_plots>},
};

}  // namespace

std::span<const Flag> QuantCheckerFlags() { return kFlags; }

}  // namespace acc::cli
