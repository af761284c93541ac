// SPDX-License-Identifier: BSD-3-Clause
// What the user asked of each feature. The command line fills these; the fields carry the names of
// the flags, so that <feature>_options.json and the documentation agree with them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tensor/element_type.h"
#include "tensor/shape.h"

namespace acc::features {

// --input_tensor NAME DIMS RAW [TYPE]
struct InputTensor {
  std::string name;
  Shape dims;
  std::filesystem::path raw_file;
  ElementType type = ElementType::kFloat32;  // Of the file's elements.
  bool type_given = false;                   // Otherwise native-sized files are accepted too.
};

// What every feature shares.
struct CommonOptions {
  std::filesystem::path working_dir = "working_directory";
  std::string output_dirname;  // Empty: the time of day.
  bool verbose = false;
  std::string given;                 // All options as parsed, as JSON, for <feature>_options.json.
  std::vector<std::string> command;  // The words of the command line, for reproduction.
  std::string version;               // Of the program.
};

// The source model, shared by the framework runner and the inference engine.
struct ModelOptions {
  std::string framework;          // "onnx", "tflite" or "tensorflow", lower case.
  std::string framework_version;  // Empty where the user gave none.
  std::filesystem::path model_path;
  std::vector<InputTensor> input_tensors;
  std::vector<std::string> output_tensors;
};

struct FrameworkRunnerOptions {
  CommonOptions common;
  ModelOptions model;
  bool enable_graph_optimization = false;  // ONNX Runtime's; off is the reference.
  std::filesystem::path onnx_custom_op_lib;
  std::string tflite_kernels = "builtin";  // Or "reference", "xnnpack".
  std::vector<std::string> add_layer_outputs;
  std::vector<std::string> add_layer_types;
  std::vector<std::string> skip_layer_outputs;
  std::vector<std::string> skip_layer_types;
  std::string start_layer;
  std::string end_layer;
  // The model without the quantization that the file brings, in real numbers.
  bool without_quantization = false;
  std::uint64_t memory_budget_mb = 1024;  // Of captured tensors held at once.
};

enum class Precision { kInt8, kFp16, kFp32 };

struct QuantizationOptions {
  int bias_bitwidth = 8;
  int act_bitwidth = 8;
  int weights_bitwidth = 8;
  std::filesystem::path quantization_overrides;
  bool override_params = false;
  bool no_weight_quantization = false;
  bool use_symmetric_quantize_weights = false;
  bool use_enhanced_quantizer = false;
  bool use_adjusted_weights_quantizer = false;
  bool use_per_channel_quantization = false;
  std::vector<std::string> algorithms;      // "cle", "hba".
  std::string act_quantizer_calibration;    // qairt-quantizer's word; empty: what the switches say.
  std::string param_quantizer_calibration;  // The same for weights.
  double percentile_calibration_value = 99.99;  // 90 to 100.
};

struct InferenceEngineOptions {
  CommonOptions common;
  ModelOptions model;
  std::string stage = "source";
  std::string runtime;       // cpu, gpu, dsp, dspv68, dspv69, dspv73, dspv75.
  std::string architecture;  // As in the contract.
  std::string host_device = "x86";
  std::filesystem::path engine_path;
  std::filesystem::path static_model;
  std::filesystem::path input_list;
  Precision precision = Precision::kInt8;
  QuantizationOptions quantization;
  std::string model_name = "snpe_model";
  std::filesystem::path golden_output_reference_directory;
  std::string htp_socs;
  bool debug_mode_off = false;
  bool use_native_input_files = false;
  bool use_native_output_files = false;
  std::uint64_t memory_budget_mb = 1024;
};

struct VerificationOptions {
  CommonOptions common;
  ModelOptions model;  // Of the goldens, for a tensor mapping made here; all of it may be empty.
  std::vector<std::vector<std::string>> default_verifiers;  // The words of each --default_verifier.
  std::filesystem::path golden_output_reference_directory;
  std::filesystem::path inference_results;
  std::filesystem::path tensor_mapping;
  std::filesystem::path qnn_model_json_path;
  std::filesystem::path dlc_path;
  std::filesystem::path verifier_config;
  std::filesystem::path graph_struct;
  std::filesystem::path target_encodings;
  std::string engine;
  bool enable_tensor_inspection = false;
  std::optional<ElementType> data_type;  // Of the target's files; nothing where the user is silent.
  bool no_histograms = false;            // Scores alone.
  std::filesystem::path share;           // The bundle to write; empty for none.
  bool share_hash_names = false;         // Names in the bundle are hashes.
  std::vector<std::string> golden_command;  // See report::Summary; the end-to-end run knows it.
};

struct TensorInspectionOptions {
  CommonOptions common;
  std::vector<std::vector<std::string>> verifiers;  // The words of each --verifier.
  std::filesystem::path golden_data;
  std::filesystem::path target_data;
  std::filesystem::path tensor_mapping;
  std::filesystem::path graph_struct;
  std::filesystem::path target_encodings;
  std::optional<ElementType> data_type;
};

// One of `aimet_encodings_json` and `input2` is set.
struct CompareEncodingsOptions {
  CommonOptions common;
  std::filesystem::path input;
  std::filesystem::path aimet_encodings_json;
  std::filesystem::path input2;
  std::filesystem::path golden_output_reference_directory;
  int precision = 17;  // Decimal places, 0 to 17.
  bool params_only = false;
  bool activations_only = false;
  std::string specific_node;
};

// The only feature without a directory of its own.
struct DlcInfoOptions {
  CommonOptions common;
  std::filesystem::path dlc_info;
  bool json = false;
};

struct QuantCheckerOptions {
  CommonOptions common;
  ModelOptions model;  // `model_path` may be a folder of models.
  std::filesystem::path config_file;
  std::filesystem::path input_list;
  std::filesystem::path quantization_overrides;
  std::filesystem::path golden_output_reference_directory;
  int activation_width = 8;
  int weights_width = 8;
  int bias_width = 8;
  bool generate_csv = false;
  bool generate_plots = false;
  bool per_channel_plots = false;
  std::uint64_t memory_budget_mb = 1024;
};

// The end-to-end run. `verification.golden_output_reference_directory` set: no golden run.
struct EndToEndOptions {
  CommonOptions common;
  FrameworkRunnerOptions framework_runner;
  InferenceEngineOptions inference_engine;
  VerificationOptions verification;
};

}  // namespace acc::features
