// SPDX-License-Identifier: BSD-3-Clause
#include "cli/flags/idle.h"
#include "cli/flags/setters.h"
#include "cli/flags/tables.h"

namespace acc::cli {
namespace {

using features::TensorInspectionOptions;
using features::VerificationOptions;
using enum Feature;
using enum Group;

constexpr std::array<std::string_view, 2> kEngines = {"snpe", "qnn"};

constexpr Places kOfVerification =
    In({{kVerification, kOptional}, {kEndToEnd, kMoreForVerification}});
constexpr Places kOfVerificationAndInspection = In({{kVerification, kOptional},
                                                    {kTensorInspection, kOptional},
                                                    {kEndToEnd, kMoreForVerification}});
constexpr Places kOfVerificationAlone = In({{kVerification, kOptional}});

constexpr Flag kFlags[] = {
    {.name = "default_verifier",
     .placeholder = "VERIFIER [NAME VALUE ...]",
     .max_words = kAnyNumber,
     .repeatable = true,
     .groups = In({{kVerification, kRequired}, {kEndToEnd, kForVerification}}),
     .help = "A verifier for all tensors, its name in any case, with parameters in one of two "
             "forms: rtolatol,rtolmargin,0.01,atolmargin,0.01 or CosineSimilarity threshold 0.99. "
             "Every verifier has the parameter threshold: a tensor beyond it makes the exit code "
             "1. Repeat the flag for more verifiers.",
     .set = &SetVerifiers},
    {.name = "golden_output_reference_directory",
     .aliases = {"golden_dir_for_mapping", "framework_results"},
     .placeholder = "GOLDEN_DIRECTORY",
     .groups = In({{kInferenceEngine, kEngineOptional},
                   {kVerification, kRequired},
                   {kQuantChecker, kOptional},
                   {kEndToEnd, kOptional}}),
     .help = "The directory of golden outputs. Verification compares with it, the inference engine "
             "makes the tensor mapping from it, the quantization checker makes sure with it that "
             "the converted model computes the same in float, and the end-to-end run then skips "
             "the framework runner.",
     .set = &Each<
         &Set<kVerificationPart, &VerificationOptions::golden_output_reference_directory>,
         &Set<kEnginePart, &features::InferenceEngineOptions::golden_output_reference_directory>,
         &Set<kCheckerPart, &features::QuantCheckerOptions::golden_output_reference_directory>>},
    {.name = "inference_results",
     .placeholder = "INFERENCE_RESULTS",
     .groups = In({{kVerification, kRequired}}),
     .help = "The directory of the target's outputs, such as "
             "working_directory/inference_engine/latest/output/Result_0.",
     .set = &Set<kVerificationPart, &VerificationOptions::inference_results>},
    {.name = "tensor_mapping",
     .placeholder = "TENSOR_MAPPING",
     .groups = kOfVerificationAndInspection,
     .help = "A JSON file that maps the target's tensor names to golden ones.",
     .set = &Each<&Set<kVerificationPart, &VerificationOptions::tensor_mapping>,
                  &Set<kInspectionPart, &TensorInspectionOptions::tensor_mapping>>},
    {.name = "qnn_model_json_path",
     .placeholder = "QNN_MODEL_JSON",
     .groups = kOfVerificationAlone,
     .help = "The net JSON of the target's QNN model; used as --dlc_path is.",
     .set = &Set<kVerificationPart, &VerificationOptions::qnn_model_json_path>},
    {.name = "dlc_path",
     .placeholder = "DLC_PATH",
     .groups = kOfVerificationAlone,
     .help = "The DLC of the target's model: dims, axis order, encodings and order of the target's "
             "tensors, where the results and --graph_struct do not tell them.",
     .set = &Set<kVerificationPart, &VerificationOptions::dlc_path>},
    {.name = "verifier_config",
     .placeholder = "VERIFIER_CONFIG",
     .groups = kOfVerification,
     .help = "A JSON file of verifiers for single tensors: {\"TopK\": {\"parameters\": {\"k\": 5}, "
             "\"tensors\": [[\"name\"]]}}.",
     .set = &Set<kVerificationPart, &VerificationOptions::verifier_config>},
    {.name = "graph_struct",
     .placeholder = "GRAPH_STRUCT",
     .groups = In({{kVerification, kOptional}, {kTensorInspection, kOptional}}),
     .help = "The graph structure that the inference engine wrote; it puts the tensors in order, "
             "and ScaledDiff needs it.",
     .set = &Each<&Set<kVerificationPart, &VerificationOptions::graph_struct>,
                  &Set<kInspectionPart, &TensorInspectionOptions::graph_struct>>},
    {.name = "target_encodings",
     .placeholder = "TARGET_ENCODINGS",
     .groups = kOfVerificationAndInspection,
     .help = "A JSON file of the target's encodings: AIMET's (0.6.1, 1.0.0, 2.x), or "
             "extracted_encodings.json of --compare_encodings.",
     .set = &Each<&Set<kVerificationPart, &VerificationOptions::target_encodings>,
                  &Set<kInspectionPart, &TensorInspectionOptions::target_encodings>>},
    {.name = "no_histograms",
     .groups = kOfVerification,
     .help = "Compute the scores alone, without histograms and channels for report.html: some five "
             "times faster on runs of gigabytes.",
     .set = &Set<kVerificationPart, &VerificationOptions::no_histograms>},
    {.name = "share",
     .placeholder = "FILE",
     .groups = kOfVerification,
     .help =
         "Pack the reports with their statistics and histograms into this ZIP file, to hand to "
         "others: no weights, no elements of tensors, no statistics of fewer than 16 elements, no "
         "paths, no names of user or machine.",
     .set = &Set<kVerificationPart, &VerificationOptions::share>},
    {.name = "share_hash_names",
     .groups = kOfVerification,
     .help = "In the file of --share, replace every name of a tensor, node or file by a hash.",
     .set = &Set<kVerificationPart, &VerificationOptions::share_hash_names>},
    {.name = "engine",
     .short_name = "e",
     .placeholder = "ENGINE [VERSION]",
     .max_words = 2,
     .choices = kEngines,
     .groups = In({{kVerification, kMapping}}),
     .help = "The engine that made the target's outputs and, optionally, its version.",
     .set = &SetEngine,
     .idle = &IdleEngineName},
    {.name = "enable_tensor_inspection",
     .groups = In({{kEndToEnd, kOptional}}),
     .help = "Also write plots and elements of each tensor, as --tensor_inspection does, into "
             "tensor_inspection/ of the verification's directory. Takes much longer.",
     .set = &Set<kVerificationPart, &VerificationOptions::enable_tensor_inspection>},
};

}  // namespace

std::span<const Flag> VerificationFlags() { return kFlags; }

}  // namespace acc::cli
