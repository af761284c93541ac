// SPDX-License-Identifier: BSD-3-Clause
#include "features/compare_encodings/feature.h"

#include <fmt/format.h>

#include <cstdint>
#include <optional>

#include "base/text.h"
#include "features/shared/flags.h"
#include "flags/assign.h"

namespace acc::features {
namespace {

using flags::Flag;
using flags::Needed;
using flags::Occurrences;
using flags::OnlyWord;
using flags::Set;
using Options = CompareEncodingsOptions;

constexpr flags::Section kSecondSide = {.heading = "required arguments, one of these",
                                        .needed = Needed::kExactlyOne};

Status SetDecimals(const Flag& flag, const Occurrences& given, Options& options) {
  constexpr int kMost = 17;  // More tell no float64 from another.
  const std::optional<std::int64_t> number = ParseInt(OnlyWord(given));
  if (!number || *number < 0 || *number > kMost) {
    return UsageError(fmt::format("{} takes a whole number from 0 to {}, not '{}'",
                                  flags::Dashed(flag), kMost, Printable(OnlyWord(given))));
  }
  options.precision = static_cast<int>(*number);
  return OkStatus();
}

std::string IdleForParams(const Options& options, const Occurrences& /*given*/) {
  return options.params_only
             ? flags::NoEffect(
                   "the goldens tell the cost of activations, and --params_only leaves "
                   "them out")
             : "";
}

flags::Rows<Options> CompareEncodingsRows() {
  flags::Rows<Options> rows = {
      {{.name = "input",
        .placeholder = "INPUT",
        .section = &flags::kRequired,
        .help = "The DLC, or the net JSON of a QNN model."},
       &Set<&Options::input>},
      {{.name = "aimet_encodings_json",
        .placeholder = "AIMET_ENCODINGS_JSON",
        .section = &kSecondSide,
        .help = "The encodings that AIMET exported, of version 0.4 to 0.6.1, 1.0.0 or 2.x."},
       &Set<&Options::aimet_encodings_json>},
      {{.name = "input2",
        .placeholder = "INPUT2",
        .section = &kSecondSide,
        .help = "Another DLC or net JSON: what changed between two exports or two SDK versions."},
       &Set<&Options::input2>},
      {{.name = "golden_output_reference_directory",
        .aliases = {"golden_data"},
        .placeholder = "GOLDEN_DIRECTORY",
        .help =
            "The directory of golden outputs, on which the cost of differing activation encodings "
            "is computed."},
       &Set<&Options::golden_output_reference_directory>,
       &IdleForParams},
      {{.name = "precision",
        .placeholder = "DECIMALS",
        .fallback = "17",
        .help = "Decimal places up to which numbers are compared, 0 to 17. At 17 they are the same "
                "number."},
       &SetDecimals},
      {{.name = "params_only", .help = "Compare the parameters only."},
       &Set<&Options::params_only>},
      {{.name = "activations_only",
        .excludes = "params_only",
        .help = "Compare the activations only."},
       &Set<&Options::activations_only>},
      {{.name = "specific_node",
        .placeholder = "SPECIFIC_NODE",
        .help = "Print the differences of this tensor, or of all tensors of this node."},
       &Set<&Options::specific_node>},
  };
  flags::Add(rows, flags::RowsOf(&Options::common, CommonRows()));
  return rows;
}

}  // namespace

const Feature& CompareEncodings() {
  static const Feature kFeature = WithRows(
      {.flag = "compare_encodings",
       .title = "Compare Encodings",
       .summary = "Compares the encodings of a DLC with AIMET's, or with those of another DLC, and "
                  "states what each difference costs.",
       .example = "--input model_quantized.dlc\n"
                  "--aimet_encodings_json model.encodings",
       .sections = {&flags::kRequired, &kSecondSide, &flags::kOptional}},
      CompareEncodingsRows(), &RunCompareEncodings);
  return kFeature;
}

}  // namespace acc::features
