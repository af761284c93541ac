// SPDX-License-Identifier: BSD-3-Clause
#include "cli/flags/setters.h"
#include "cli/flags/tables.h"

namespace acc::cli {
namespace {

using features::TensorInspectionOptions;
using enum Feature;
using enum Group;

constexpr std::array<std::string_view, 5> kDataTypes = {"int8", "uint8", "int16", "uint16",
                                                        "float32"};

constexpr Flag kFlags[] = {
    {.name = "golden_data",
     .placeholder = "GOLDEN_DATA",
     .groups = In({{kTensorInspection, kRequired}}),
     .help = "The directory of the golden outputs.",
     .set = &Set<kInspectionPart, &TensorInspectionOptions::golden_data>},
    {.name = "target_data",
     .placeholder = "TARGET_DATA",
     .groups = In({{kTensorInspection, kRequired}}),
     .help = "The directory of the target's outputs.",
     .set = &Set<kInspectionPart, &TensorInspectionOptions::target_data>},
    {.name = "verifier",
     .placeholder = "VERIFIER [NAME VALUE ...]",
     .max_words = kAnyNumber,
     .repeatable = true,
     .groups = In({{kTensorInspection, kRequired}}),
     .help = "A verifier for all tensors, its name in any case, with parameters as in "
             "rtolatol,rtolmargin,0.01,atolmargin,0.01. Repeat the flag for more verifiers.",
     .set = &SetVerifiers},
    {.name = "data_type",
     .placeholder = "DATA_TYPE",
     .choices = kDataTypes,
     .groups = In({{kTensorInspection, kOptional}}),
     .help = "The type of the target's files. Integers become real numbers by --target_encodings; "
             "without, they are compared as integers. A run with tensors.json says its types "
             "itself; other files are float32 unless given.",
     .set = &Set<kInspectionPart, &TensorInspectionOptions::data_type>},
};

}  // namespace

std::span<const Flag> TensorInspectionFlags() { return kFlags; }

}  // namespace acc::cli
