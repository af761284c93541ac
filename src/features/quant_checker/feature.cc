// SPDX-License-Identifier: BSD-3-Clause
#include "features/quant_checker/feature.h"

#include <array>
#include <string_view>

#include "features/shared/flags.h"
#include "features/source_model/flags.h"
#include "flags/assign.h"

namespace acc::features {
namespace {

using flags::Set;
using Options = QuantCheckerOptions;

constexpr std::array<std::string_view, 2> kActivationWidths = {"8", "16"};
constexpr std::array<std::string_view, 3> kWeightsWidths = {"4", "8", "16"};
constexpr std::array<std::string_view, 2> kBiasWidths = {"8", "32"};

flags::Rows<Options> OwnRows() {
  return {
      {{.name = "config_file",
        .placeholder = "CONFIG_FILE",
        .section = &flags::kRequired,
        .help =
            "A JSON file: the ways to quantize that are to be tried, and the checks of weights, "
            "biases, activations and inputs with their thresholds. docs/quant-checker.md explains "
            "it."},
       &Set<&Options::config_file>},
      {{.name = "activation_width",
        .aliases = {"act_bitwidth"},
        .placeholder = "BITS",
        .choices = kActivationWidths,
        .fallback = "8",
        .help = "Bits of a quantized activation."},
       &Set<&Options::activation_width>},
      {{.name = "weights_width",
        .aliases = {"weights_bitwidth"},
        .placeholder = "BITS",
        .choices = kWeightsWidths,
        .fallback = "8",
        .help = "Bits of a quantized weight."},
       &Set<&Options::weights_width>},
      {{.name = "bias_width",
        .aliases = {"bias_bitwidth"},
        .placeholder = "BITS",
        .choices = kBiasWidths,
        .fallback = "8",
        .help = "Bits of a quantized bias."},
       &Set<&Options::bias_width>},
      {{.name = "generate_csv",
        .help =
            "Also write every check as CSV: a file for each way to quantize and kind of tensor."},
       &Set<&Options::generate_csv>},
      {{.name = "generate_plots",
        .help =
            "Also draw the histogram of every weight and bias, unquantized and quantized, for each "
            "way to quantize."},
       &Set<&Options::generate_plots>},
      {{.name = "per_channel_plots",
        .help = "Draw the channels of every weight that has some, beside the histograms."},
       &Set<&Options::per_channel_plots>},
  };
}

flags::Rows<Options> QuantCheckerRows() {
  auto rows = flags::RowsOf(&Options::model, ModelRows());
  flags::Add(rows, {{InputListFlag(), &Set<&Options::input_list>}});
  flags::Add(rows, flags::RowsOf(&Options::common, SdkRows()));
  flags::Add(rows, {{QuantizationOverridesFlag(), &Set<&Options::quantization_overrides>},
                    {GoldenDirectoryFlag(), &Set<&Options::golden_output_reference_directory>},
                    {MemoryBudgetFlag(), &SetMemoryBudget<&Options::memory_budget_mb>}});
  flags::Add(rows, OwnRows());
  flags::Add(rows, flags::RowsOf(&Options::common, CommonRows()));
  return rows;
}

}  // namespace

const Feature& QuantChecker() {
  static const Feature kFeature = WithRows(
      {.flag = "quant_checker",
       .title = "Quantization Checker",
       .summary = "Quantizes the model in every way that is wanted, judges each weight, bias and "
                  "activation, and ranks the ways by the error of the output, with remedies.",
       .example = "--framework onnx\n"
                  "--model_path model.onnx\n"
                  "--input_tensor data 1,3,224,224 data.raw\n"
                  "--output_tensor prob\n"
                  "--generate_csv\n"
                  "--generate_plots\n"
                  "--config_file quant_checker_config.json\n"
                  "--input_list image_list.txt",
       .sections = {&flags::kRequired, &flags::kOptional}},
      QuantCheckerRows(), &RunQuantChecker);
  return kFeature;
}

}  // namespace acc::features
