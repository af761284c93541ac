// SPDX-License-Identifier: BSD-3-Clause
#include "cli/flags/idle.h"
#include "cli/flags/setters.h"
#include "cli/flags/tables.h"

namespace acc::cli {
namespace {

using features::CompareEncodingsOptions;
using enum Feature;
using enum Group;

constexpr auto kComparisonPart = &AllOptions::compare_encodings;

constexpr Places kOfComparison = In({{kCompareEncodings, kOptional}});
constexpr Places kOfSecondSide = In({{kCompareEncodings, kSecondSide}});

constexpr Flag kFlags[] = {
    {.name = "input",
     .placeholder = "INPUT",
     .groups = In({{kCompareEncodings, kRequired}}),
     .help = "The DLC, or the net JSON of a QNN model.",
     .set = &Set<kComparisonPart, &CompareEncodingsOptions::input>},
    {.name = "aimet_encodings_json",
     .placeholder = "AIMET_ENCODINGS_JSON",
     .groups = kOfSecondSide,
     .help = "The encodings that AIMET exported, of version 0.4 to 0.6.1, 1.0.0 or 2.x.",
     .set = &Set<kComparisonPart, &CompareEncodingsOptions::aimet_encodings_json>},
    {.name = "input2",
     .placeholder = "INPUT2",
     .groups = kOfSecondSide,
     .help = "Another DLC or net JSON: what changed between two exports or two SDK versions.",
     .set = &Set<kComparisonPart, &CompareEncodingsOptions::input2>},
    {.name = "golden_output_reference_directory",
     .aliases = {"golden_data"},
     .placeholder = "GOLDEN_DIRECTORY",
     .groups = kOfComparison,
     .help = "The directory of golden outputs, on which the cost of differing activation encodings "
             "is computed.",
     .set = &Set<kComparisonPart, &CompareEncodingsOptions::golden_output_reference_directory>,
     .idle = &IdleForParams},
    {.name = "precision",
     .placeholder = "DECIMALS",
     .fallback = "17",
     .groups = kOfComparison,
     .help = "Decimal places up to which numbers are compared, 0 to 17. At 17 they are the same "
             "number.",
     .set = &SetDecimals},
    {.name = "params_only",
     .groups = kOfComparison,
     .help = "Compare the parameters only.",
     .set = &Set<kComparisonPart, &CompareEncodingsOptions::params_only>},
    {.name = "activations_only",
     .excludes = "params_only",
     .groups = kOfComparison,
     .help = "Compare the activations only.",
     .set = &Set<kComparisonPart, &CompareEncodingsOptions::activations_only>},
    {.name = "specific_node",
     .placeholder = "SPECIFIC_NODE",
     .groups = kOfComparison,
     .help = "Print the differences of this tensor, or of all tensors of this node.",
     .set = &Set<kComparisonPart, &CompareEncodingsOptions::specific_node>},
};

}  // namespace

std::span<const Flag> CompareEncodingsFlags() { return kFlags; }

}  // namespace acc::cli
