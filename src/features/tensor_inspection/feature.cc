// SPDX-License-Identifier: BSD-3-Clause
#include "features/tensor_inspection/feature.h"

#include <array>
#include <string_view>

#include "features/comparison/flags.h"
#include "features/shared/flags.h"
#include "flags/assign.h"

namespace acc::features {
namespace {

using flags::Flag;
using flags::Occurrences;
using flags::Set;
using Options = TensorInspectionOptions;

constexpr std::array<std::string_view, 5> kDataTypes = {"int8", "uint8", "int16", "uint16",
                                                        "float32"};

Status SetDataType(const Flag& /*flag*/, const Occurrences& given, Options& options) {
  options.data_type = ElementTypeFromName(flags::OnlyWord(given));
  return OkStatus();
}

flags::Rows<Options> TensorInspectionRows() {
  auto rows = flags::RowsOfBase<Options>(
      flags::Picked(ComparisonRows(), {"tensor_mapping", "graph_struct", "target_encodings"}));
  flags::Add(rows, {{{.name = "golden_data",
                      .placeholder = "GOLDEN_DATA",
                      .section = &flags::kRequired,
                      .help = "The directory of the golden outputs."},
                     &Set<&Options::golden_output_reference_directory>},
                    {{.name = "target_data",
                      .placeholder = "TARGET_DATA",
                      .section = &flags::kRequired,
                      .help = "The directory of the target's outputs."},
                     &Set<&Options::inference_results>},
                    {{.name = "verifier",
                      .placeholder = "VERIFIER [NAME VALUE ...]",
                      .max_words = flags::kAnyNumber,
                      .repeatable = true,
                      .section = &flags::kRequired,
                      .help = "A verifier for all tensors, its name in any case, with parameters "
                              "as in rtolatol,rtolmargin,0.01,atolmargin,0.01. Repeat the flag for "
                              "more verifiers."},
                     &SetVerifiers},
                    {{.name = "data_type",
                      .placeholder = "DATA_TYPE",
                      .choices = kDataTypes,
                      .help = "The type of the target's files. Integers become real numbers by "
                              "--target_encodings; without, they are compared as integers. A run "
                              "with tensors.json says its types itself; other files are float32 "
                              "unless given."},
                     &SetDataType}});
  flags::Add(rows, flags::RowsOfBase<Options>(flags::RowsOf(&Options::common, CommonRows())));
  return rows;
}

}  // namespace

const Feature& TensorInspection() {
  static const Feature kFeature = WithRows(
      {.flag = "tensor_inspection",
       .title = "Tensor Inspection",
       .summary =
           "Shows how each target tensor differs from its golden twin: histograms, cumulative "
           "distribution, differences, density against the calibrated range, channels.",
       .example = "--golden_data working_directory/framework_runner/latest\n"
                  "--target_data working_directory/inference_engine/latest/output/Result_0\n"
                  "--verifier mse\n"
                  "--verifier sqnr\n"
                  "--verifier rtolatol,rtolmargin,0.01,atolmargin,0.01\n"
                  "--target_encodings encodings.json",
       .sections = {&flags::kRequired, &flags::kOptional}},
      TensorInspectionRows(), &RunTensorInspection);
  return kFeature;
}

}  // namespace acc::features
