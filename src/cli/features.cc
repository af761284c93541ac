// SPDX-License-Identifier: BSD-3-Clause
// The tables of features and of the paragraphs of --help.
#include <array>

#include "cli/flags/flag.h"

namespace acc::cli {
namespace {

using enum Group;

constexpr std::array kGroups = {
    GroupInfo{kRequired, "required arguments", Needed::kAlways},
    GroupInfo{kSecondSide, "required arguments, one of these", Needed::kExactlyOne},
    GroupInfo{kCore, "Core Arguments", Needed::kAlways},
    GroupInfo{kSourceStage, "Arguments required for SOURCE stage", Needed::kAtSourceStage},
    GroupInfo{kStaticStage, "Arguments required for CONVERTED or COMPILED stage",
              Needed::kAtStaticStage},
    GroupInfo{kRunnerAndEngine, "Arguments required by both Framework Runner and Inference Engine",
              Needed::kAlways},
    GroupInfo{kForEngine, "Arguments required by Inference Engine", Needed::kAlways},
    GroupInfo{kForVerification, "Arguments required by Verification", Needed::kAlways},
    GroupInfo{kOptional, "optional arguments"},
    GroupInfo{kEngineOptional, "Optional Arguments"},
    GroupInfo{kMapping,
              "Arguments for generating Tensor mapping (where --tensor_mapping is not specified)"},
    GroupInfo{kMoreForRunner, "optional arguments of Framework Runner"},
    GroupInfo{kMoreForEngine, "optional arguments of Inference Engine"},
    GroupInfo{kMoreForVerification, "optional arguments of Verification"},
};

constexpr std::array kFeatures = {
    FeatureInfo{Feature::kFrameworkRunner, "framework_runner", "framework_diagnosis",
                "Framework Runner",
                "Runs the source model in its own framework and writes the output of every node: "
                "the golden tensors.",
                "--framework onnx\n"
                "--model_path model.onnx\n"
                "--input_tensor data 1,3,224,224 data.raw\n"
                "--output_tensor prob"},
    FeatureInfo{Feature::kInferenceEngine, "inference_engine", "", "Inference Engine",
                "Converts and quantizes the model, runs it with the target's arithmetic and writes "
                "the output of every node.",
                "--framework onnx\n"
                "--model_path model.onnx\n"
                "--input_tensor data 1,3,224,224 data.raw\n"
                "--output_tensor prob\n"
                "--runtime dsp\n"
                "--architecture x86_64-linux-clang\n"
                "--input_list image_list.txt"},
    FeatureInfo{Feature::kVerification, "verification", "", "Verification",
                "Compares the golden tensors with the target's, tensor by tensor, and reports "
                "where they part.",
                "--default_verifier CosineSimilarity\n"
                "--default_verifier SQNR threshold 20\n"
                "--golden_output_reference_directory working_directory/framework_runner/latest\n"
                "--inference_results working_directory/inference_engine/latest/output/Result_0\n"
                "--tensor_mapping working_directory/inference_engine/latest/tensor_mapping.json\n"
                "--graph_struct "
                "working_directory/inference_engine/latest/snpe_model_graph_struct.json"},
    FeatureInfo{Feature::kTensorInspection, "tensor_inspection", "", "Tensor Inspection",
                "Shows how each target tensor differs from its golden twin: histograms, cumulative "
                "distribution, differences, density against the calibrated range, channels.",
                "--golden_data working_directory/framework_runner/latest\n"
                "--target_data working_directory/inference_engine/latest/output/Result_0\n"
                "--verifier mse\n"
                "--verifier sqnr\n"
                "--verifier rtolatol,rtolmargin,0.01,atolmargin,0.01\n"
                "--target_encodings encodings.json"},
    FeatureInfo{Feature::kCompareEncodings, "compare_encodings", "", "Compare Encodings",
                "Compares the encodings of a DLC with AIMET's, or with those of another DLC, and "
                "states what each difference costs.",
                "--input model_quantized.dlc\n"
                "--aimet_encodings_json model.encodings"},
    FeatureInfo{Feature::kDlcInfo, "dlc_info", "", "DLC Info",
                "Prints what a DLC holds: layers, tensors, encodings, sizes, and what wrote it.",
                "model_quantized.dlc"},
    FeatureInfo{Feature::kQuantChecker, "quant_checker", "", "Quantization Checker",
                "Quantizes the model in every way that is wanted, judges each weight, bias and "
                "activation, and ranks the ways by the error of the output, with remedies.",
                "--framework onnx\n"
                "--model_path model.onnx\n"
                "--input_tensor data 1,3,224,224 data.raw\n"
                "--output_tensor prob\n"
                "--generate_csv\n"
                "--generate_plots\n"
                "--config_file quant_checker_config.json\n"
                "--input_list image_list.txt"},
    FeatureInfo{Feature::kEndToEnd, "", "", "End to end",
                "Without a feature: Framework Runner, Inference Engine and Verification, one after "
                "the other.",
                "--framework onnx\n"
                "--model_path model.onnx\n"
                "--input_tensor data 1,3,224,224 data.raw\n"
                "--output_tensor prob\n"
                "--runtime dsp\n"
                "--architecture x86_64-linux-clang\n"
                "--input_list image_list.txt\n"
                "--act_bitwidth 16\n"
                "--default_verifier SQNR threshold 20"},
};

}  // namespace

std::span<const GroupInfo> Groups() { return kGroups; }

std::span<const FeatureInfo> Features() { return kFeatures; }

const FeatureInfo& Info(Feature feature) { return kFeatures[static_cast<std::size_t>(feature)]; }

std::string Title(const FeatureInfo& feature) {
  return feature.flag.empty() ? "the end-to-end run" : "--" + std::string(feature.flag);
}

}  // namespace acc::cli
