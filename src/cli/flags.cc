// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>

#include "cli/flag.h"
#include "cli/setters.h"

namespace acc::cli {
namespace {

using features::CommonOptions;
using features::CompareEncodingsOptions;
using features::DlcInfoOptions;
using features::FrameworkRunnerOptions;
using features::InferenceEngineOptions;
using features::ModelOptions;
using features::QuantizationOptions;
using features::TensorInspectionOptions;
using features::VerificationOptions;
using enum Feature;
using enum Group;

// The way to a field, for Set<>.
constexpr auto kCommonPart = &AllOptions::common;
constexpr auto kRunnerPart = &AllOptions::framework_runner;
constexpr auto kEnginePart = &AllOptions::inference_engine;
constexpr auto kVerificationPart = &AllOptions::verification;
constexpr auto kInspectionPart = &AllOptions::tensor_inspection;
constexpr auto kComparisonPart = &AllOptions::compare_encodings;
constexpr auto kDlcInfoPart = &AllOptions::dlc_info;
constexpr auto kModelPart = &FrameworkRunnerOptions::model;
constexpr auto kQuantizationPart = &InferenceEngineOptions::quantization;

constexpr std::size_t kAnyNumber = 1000;

constexpr std::array<std::string_view, 3> kFrameworks = {"tensorflow", "onnx", "tflite"};
constexpr std::array<std::string_view, 3> kStages = {"source", "converted", "compiled"};
constexpr std::array<std::string_view, 7> kRuntimes = {"cpu",    "gpu",    "dsp",   "dspv68",
                                                       "dspv69", "dspv73", "dspv75"};
constexpr std::array<std::string_view, 6> kArchitectures = {
    "aarch64-android",    "aarch64-android-clang6.0", "aarch64-android-clang8.0",
    "x86_64-linux-clang", "x86_64-windows-msvc",      "wos"};
constexpr std::array<std::string_view, 3> kPrecisions = {"int8", "fp16", "fp32"};
constexpr std::array<std::string_view, 3> kHosts = {"x86", "x86_64-windows-msvc", "wos"};
constexpr std::array<std::string_view, 2> kBiasBitwidths = {"8", "32"};
constexpr std::array<std::string_view, 2> kActivationBitwidths = {"8", "16"};
constexpr std::array<std::string_view, 3> kWeightBitwidths = {"4", "8", "16"};
constexpr std::array<std::string_view, 5> kCalibrations = {"min-max", "sqnr", "entropy", "mse",
                                                           "percentile"};
constexpr std::array<std::string_view, 2> kAlgorithms = {"cle", "hba"};
constexpr std::array<std::string_view, 9> kPerfProfiles = {
    "low_balanced",   "balanced",        "high_performance", "sustained_high_performance",
    "burst",          "low_power_saver", "power_saver",      "high_power_saver",
    "system_settings"};
constexpr std::array<std::string_view, 5> kProfilingLevels = {"off", "basic", "moderate",
                                                              "detailed", "linting"};
constexpr std::array<std::string_view, 5> kDataTypes = {"int8", "uint8", "int16", "uint16",
                                                        "float32"};
constexpr std::array<std::string_view, 2> kEngines = {"snpe", "qnn"};

constexpr Places kOfEveryRun = In({{kFrameworkRunner, kOptional},
                                   {kInferenceEngine, kEngineOptional},
                                   {kVerification, kOptional},
                                   {kTensorInspection, kOptional},
                                   {kCompareEncodings, kOptional},
                                   {kEndToEnd, kOptional}});
constexpr Places kEverywhere = In({{kFrameworkRunner, kOptional},
                                   {kInferenceEngine, kEngineOptional},
                                   {kVerification, kOptional},
                                   {kTensorInspection, kOptional},
                                   {kCompareEncodings, kOptional},
                                   {kDlcInfo, kOptional},
                                   {kEndToEnd, kOptional}});
constexpr Places kOfModel = In({{kFrameworkRunner, kRequired},
                                {kInferenceEngine, kSourceStage},
                                {kEndToEnd, kRunnerAndEngine}});
constexpr Places kOfModelAndMapping = In({{kFrameworkRunner, kRequired},
                                          {kInferenceEngine, kSourceStage},
                                          {kVerification, kMapping},
                                          {kEndToEnd, kRunnerAndEngine}});
constexpr Places kOfRunner = In({{kFrameworkRunner, kOptional}, {kEndToEnd, kMoreForRunner}});
constexpr Places kOfEngine = In({{kInferenceEngine, kEngineOptional}, {kEndToEnd, kMoreForEngine}});
constexpr Places kOfEngineCore = In({{kInferenceEngine, kCore}, {kEndToEnd, kForEngine}});
constexpr Places kOfVerification =
    In({{kVerification, kOptional}, {kEndToEnd, kMoreForVerification}});
constexpr Places kOfVerificationAndInspection = In({{kVerification, kOptional},
                                                    {kTensorInspection, kOptional},
                                                    {kEndToEnd, kMoreForVerification}});
constexpr Places kOfVerificationAlone = In({{kVerification, kOptional}});
constexpr Places kOfComparison = In({{kCompareEncodings, kOptional}});
constexpr Places kOfSecondSide = In({{kCompareEncodings, kSecondSide}});

constexpr Flag kFlags[] = {
    {.name = "framework",
     .short_name = "f",
     .placeholder = "FRAMEWORK [VERSION]",
     .max_words = 2,
     .choices = kFrameworks,
     .groups = kOfModelAndMapping,
     .help = "The framework of the source model and, optionally, its version.",
     .set = &SetFramework},
    {.name = "model_path",
     .short_name = "m",
     .placeholder = "MODEL_PATH",
     .groups = kOfModelAndMapping,
     .help = "The source model's file.",
     .set = &Set<kRunnerPart, kModelPart, &ModelOptions::model_path>},
    {.name = "input_tensor",
     .short_name = "i",
     .placeholder = "NAME DIMS RAW [TYPE]",
     .min_words = 3,
     .max_words = 4,
     .repeatable = true,
     .groups = kOfModel,
     .help = "An input of the model: its name, its dimensions with commas between them, the raw "
             "file of its elements and, optionally, their type (float32 unless given). Repeat it "
             "for each input: -i data1 1,224,224,3 data1.raw -i data2 1,50 data2.raw int64. A "
             "scalar has the dimensions 1 or ''.",
     .set = &SetInputTensors},
    {.name = "output_tensor",
     .short_name = "o",
     .placeholder = "OUTPUT_TENSOR",
     .repeatable = true,
     .groups = kOfModel,
     .help = "The name of an output of the model. Repeat it for each output.",
     .set = &SetOutputTensors},
    {.name = "stage",
     .placeholder = "STAGE",
     .choices = kStages,
     .fallback = "source",
     .groups = In({{kInferenceEngine, kCore}, {kEndToEnd, kMoreForEngine}}),
     .help = "What to start from: a source model, a converted model, or a compiled one.",
     .set = &Set<kEnginePart, &InferenceEngineOptions::stage>},
    {.name = "runtime",
     .short_name = "r",
     .placeholder = "RUNTIME",
     .choices = kRuntimes,
     .groups = kOfEngineCore,
     .help = "What computes on the target.",
     .set = &Set<kEnginePart, &InferenceEngineOptions::runtime>},
    {.name = "architecture",
     .short_name = "a",
     .placeholder = "ARCHITECTURE",
     .choices = kArchitectures,
     .groups = kOfEngineCore,
     .help = "The machine that the target runs on.",
     .set = &Set<kEnginePart, &InferenceEngineOptions::architecture>},
    {.name = "input_list",
     .short_name = "l",
     .placeholder = "INPUT_LIST",
     .groups = kOfEngineCore,
     .help = "A text file with one line per inference: the raw files of the inputs, for models of "
             "several inputs each as name:=path. The same lines calibrate the quantization.",
     .set = &Set<kEnginePart, &InferenceEngineOptions::input_list>},
    {.name = "static_model",
     .placeholder = "STATIC_MODEL",
     .groups = In({{kInferenceEngine, kStaticStage}, {kEndToEnd, kMoreForEngine}}),
     .help = "The converted or compiled model.",
     .set = &Set<kEnginePart, &InferenceEngineOptions::static_model>},
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
     .groups = In(
         {{kInferenceEngine, kEngineOptional}, {kVerification, kRequired}, {kEndToEnd, kOptional}}),
     .help = "The directory of golden outputs. Verification compares with it, the inference engine "
             "makes the tensor mapping from it, and the end-to-end run then skips the framework "
             "runner.",
     .set = &SetGoldenDirectory},
    {.name = "inference_results",
     .placeholder = "INFERENCE_RESULTS",
     .groups = In({{kVerification, kRequired}}),
     .help = "The directory of the target's outputs, such as "
             "working_directory/inference_engine/latest/output/Result_0.",
     .set = &Set<kVerificationPart, &VerificationOptions::inference_results>},
    {.name = "precision",
     .placeholder = "PRECISION",
     .choices = kPrecisions,
     .fallback = "int8",
     .groups = kOfEngine,
     .help = "The target's arithmetic. Models that start converted or compiled have their own.",
     .set = &Set<kEnginePart, &InferenceEngineOptions::precision>},
    {.name = "act_bitwidth",
     .short_name = "abw",
     .placeholder = "BITS",
     .choices = kActivationBitwidths,
     .fallback = "8",
     .groups = kOfEngine,
     .help = "Bits of a quantized activation.",
     .set = &Set<kEnginePart, kQuantizationPart, &QuantizationOptions::act_bitwidth>},
    {.name = "weights_bitwidth",
     .short_name = "wbw",
     .placeholder = "BITS",
     .choices = kWeightBitwidths,
     .fallback = "8",
     .groups = kOfEngine,
     .help = "Bits of a quantized weight.",
     .set = &Set<kEnginePart, kQuantizationPart, &QuantizationOptions::weights_bitwidth>},
    {.name = "bias_bitwidth",
     .short_name = "bbw",
     .placeholder = "BITS",
     .choices = kBiasBitwidths,
     .fallback = "8",
     .groups = kOfEngine,
     .help = "Bits of a quantized bias.",
     .set = &Set<kEnginePart, kQuantizationPart, &QuantizationOptions::bias_bitwidth>},
    {.name = "quantization_overrides",
     .short_name = "qo",
     .placeholder = "QUANTIZATION_OVERRIDES",
     .groups = kOfEngine,
     .help = "A JSON file of encodings that replace the calibrated ones (AIMET 0.6.1 or 1.0.0).",
     .set = &Set<kEnginePart, kQuantizationPart, &QuantizationOptions::quantization_overrides>},
    {.name = "override_params",
     .groups = kOfEngine,
     .help = "Quantize anew where the source model brings its own quantization.",
     .set = &Set<kEnginePart, kQuantizationPart, &QuantizationOptions::override_params>},
    {.name = "no_weight_quantization",
     .groups = kOfEngine,
     .help = "Keep the weights in floating point; their encodings are still computed.",
     .set = &Set<kEnginePart, kQuantizationPart, &QuantizationOptions::no_weight_quantization>},
    {.name = "use_symmetric_quantize_weights",
     .groups = kOfEngine,
     .help = "Quantize the weights symmetrically around zero.",
     .set = &Set<kEnginePart, kQuantizationPart,
                 &QuantizationOptions::use_symmetric_quantize_weights>},
    {.name = "use_enhanced_quantizer",
     .groups = kOfEngine,
     .help = "Choose ranges that cut off long tails, for activations and weights.",
     .set = &Set<kEnginePart, kQuantizationPart, &QuantizationOptions::use_enhanced_quantizer>},
    {.name = "use_adjusted_weights_quantizer",
     .groups = kOfEngine,
     .help = "Choose the ranges of the weights with the adjusted quantizer.",
     .set = &Set<kEnginePart, kQuantizationPart,
                 &QuantizationOptions::use_adjusted_weights_quantizer>},
    {.name = "use_per_channel_quantization",
     .groups = kOfEngine,
     .help = "Quantize the weights of convolutions with one range per output channel.",
     .set =
         &Set<kEnginePart, kQuantizationPart, &QuantizationOptions::use_per_channel_quantization>},
    {.name = "algorithms",
     .placeholder = "ALGORITHM",
     .repeatable = true,
     .choices = kAlgorithms,
     .groups = kOfEngine,
     .help = "What to do to the model before it is quantized: cle equalizes the channels of "
             "successive layers; hba does so and moves large biases on, which changes the float "
             "output a little.",
     .set = &SetAlgorithms},
    {.name = "act_quantizer_calibration",
     .placeholder = "CALIBRATION",
     .choices = kCalibrations,
     .groups = kOfEngine,
     .help = "How the ranges of activations are chosen: min-max is the whole observed range, the "
             "others cut off what costs more than it gives.",
     .set = &Set<kEnginePart, kQuantizationPart, &QuantizationOptions::act_quantizer_calibration>},
    {.name = "param_quantizer_calibration",
     .placeholder = "CALIBRATION",
     .choices = kCalibrations,
     .groups = kOfEngine,
     .help = "The same for weights.",
     .set =
         &Set<kEnginePart, kQuantizationPart, &QuantizationOptions::param_quantizer_calibration>},
    {.name = "percentile_calibration_value",
     .placeholder = "PERCENTILE",
     .fallback = "99.99",
     .groups = kOfEngine,
     .help = "For the calibration percentile: 100 minus this many percent of the values are left "
             "out at each end. 90 to 100.",
     .set = &SetPercentile},
    {.name = "use_native_input_files",
     .short_name = "nif",
     .groups = kOfEngine,
     .help = "The files of the input list hold the graph's own types instead of float32.",
     .set = &Set<kEnginePart, &InferenceEngineOptions::use_native_input_files>},
    {.name = "use_native_output_files",
     .short_name = "nof",
     .groups = kOfEngine,
     .help = "Write the outputs in the graph's own types instead of float32.",
     .set = &Set<kEnginePart, &InferenceEngineOptions::use_native_output_files>},
    {.name = "model_name",
     .short_name = "mn",
     .placeholder = "MODEL_NAME",
     .fallback = "snpe_model",
     .groups = kOfEngine,
     .help = "The name of the converted model; <name>_graph_struct.json carries it.",
     .set = &Set<kEnginePart, &InferenceEngineOptions::model_name>},
    {.name = "htp_socs",
     .placeholder = "HTP_SOCS",
     .groups = kOfEngine,
     .help = "The chip that the HTP is part of.",
     .set = &Set<kEnginePart, &InferenceEngineOptions::htp_socs>},
    {.name = "debug_mode_off",
     .groups = kOfEngine,
     .help = "Write only the outputs of the model, not every tensor.",
     .set = &Set<kEnginePart, &InferenceEngineOptions::debug_mode_off>},
    {.name = "engine_path",
     .short_name = "p",
     .placeholder = "ENGINE_PATH",
     .groups = kOfEngine,
     .help = "The root of Qualcomm's SDK, to use its own tools; without it the engines of this "
             "program run.",
     .set = &Set<kEnginePart, &InferenceEngineOptions::engine_path>},
    {.name = "deviceId",
     .placeholder = "DEVICEID",
     .groups = kOfEngine,
     .help = "The serial number of the device; the first one of the list unless given.",
     .set = &SetSdkOnly},
    {.name = "host_device",
     .placeholder = "HOST",
     .choices = kHosts,
     .fallback = "x86",
     .groups = kOfEngine,
     .help = "The machine that converts the model.",
     .set = &Set<kEnginePart, &InferenceEngineOptions::host_device>},
    {.name = "print_version",
     .placeholder = "PRINT_VERSION",
     .groups = kOfEngine,
     .help = "Print the version of the SDK beside the output.",
     .set = &Set<kEnginePart, &InferenceEngineOptions::print_version>},
    {.name = "perf_profile",
     .placeholder = "PROFILE",
     .choices = kPerfProfiles,
     .groups = kOfEngine,
     .help = "How the device trades speed for power.",
     .set = &SetSdkOnly},
    {.name = "profiling_level",
     .placeholder = "LEVEL",
     .choices = kProfilingLevels,
     .groups = kOfEngine,
     .help = "Profile the run, and how closely.",
     .set = &SetSdkOnly},
    {.name = "offline_prepare",
     .groups = kOfEngine,
     .help = "Prepare the graph for the HTP before it reaches the device.",
     .set = &SetSdkOnly},
    {.name = "extra_converter_args",
     .placeholder = "ARGS",
     .groups = kOfEngine,
     .help = "More arguments for Qualcomm's converter, quoted: 'input_dtype=data "
             "float;input_layout=data1 NCHW'.",
     .set = &SetSdkOnly},
    {.name = "extra_quantizer_args",
     .placeholder = "ARGS",
     .groups = kOfEngine,
     .help = "More arguments for Qualcomm's quantizer, quoted: 'arg1=value1;arg2=value2'.",
     .set = &SetSdkOnly},
    {.name = "extra_runtime_args",
     .placeholder = "ARGS",
     .groups = kOfEngine,
     .help = "More arguments for Qualcomm's net runner, quoted: 'arg1=value1;arg2=value2'.",
     .set = &SetSdkOnly},
    {.name = "fine_grain_mode",
     .placeholder = "FINE_GRAIN_MODE",
     .groups = kOfEngine,
     .help = "The directory of goldens that feed each part of the model by itself.",
     .set = &Set<kEnginePart, &InferenceEngineOptions::fine_grain_mode>},
    {.name = "tensor_mapping",
     .placeholder = "TENSOR_MAPPING",
     .groups = kOfVerificationAndInspection,
     .help = "A JSON file that maps the target's tensor names to golden ones.",
     .set = &Set<kVerificationPart, &VerificationOptions::tensor_mapping>},
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
     .set = &Set<kVerificationPart, &VerificationOptions::graph_struct>},
    {.name = "target_encodings",
     .placeholder = "TARGET_ENCODINGS",
     .groups = kOfVerificationAndInspection,
     .help = "A JSON file of the target's encodings: AIMET's (0.6.1, 1.0.0, 2.x), or "
             "extracted_encodings.json of --compare_encodings.",
     .set = &Set<kVerificationPart, &VerificationOptions::target_encodings>},
    {.name = "no_histograms",
     .groups = kOfVerification,
     .help = "Compute the scores alone, without histograms and channels for report.html: some five "
             "times faster on runs of gigabytes.",
     .set = &Set<kVerificationPart, &VerificationOptions::no_histograms>},
    {.name = "share",
     .placeholder = "FILE",
     .groups = kOfVerification,
     .help = "Pack the reports with their statistics and histograms into this ZIP file, to hand to "
             "others: no weights, no elements of tensors, no paths, no names of user or machine.",
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
     .set = &SetEngine},
    {.name = "enable_graph_optimization",
     .groups = kOfRunner,
     .help = "Let ONNX Runtime optimize the graph. The reference runs without.",
     .set = &Set<kRunnerPart, &FrameworkRunnerOptions::enable_graph_optimization>},
    {.name = "disable_graph_optimization",
     .groups = kOfRunner,
     .help = "Keep ONNX Runtime's graph optimizations off, as they are unless enabled.",
     .set = &SetGraphOptimizationOff},
    {.name = "onnx_custom_op_lib",
     .placeholder = "LIBRARY",
     .groups = kOfRunner,
     .help = "A shared library of custom operators for ONNX Runtime.",
     .set = &Set<kRunnerPart, &FrameworkRunnerOptions::onnx_custom_op_lib>},
    {.name = "add_layer_outputs",
     .placeholder = "NAMES",
     .groups = kOfRunner,
     .help = "Write only these tensors; names with commas between them.",
     .set = &Set<kRunnerPart, &FrameworkRunnerOptions::add_layer_outputs>},
    {.name = "add_layer_types",
     .placeholder = "TYPES",
     .groups = kOfRunner,
     .help = "Write only the outputs of these operator types, such as Resize,Transpose.",
     .set = &Set<kRunnerPart, &FrameworkRunnerOptions::add_layer_types>},
    {.name = "skip_layer_outputs",
     .placeholder = "NAMES",
     .groups = kOfRunner,
     .help = "Do not write these tensors.",
     .set = &Set<kRunnerPart, &FrameworkRunnerOptions::skip_layer_outputs>},
    {.name = "skip_layer_types",
     .placeholder = "TYPES",
     .groups = kOfRunner,
     .help = "Do not write the outputs of these operator types.",
     .set = &Set<kRunnerPart, &FrameworkRunnerOptions::skip_layer_types>},
    {.name = "start_layer",
     .placeholder = "NAME",
     .groups = kOfRunner,
     .help = "Write from this layer's output to the end of the model.",
     .set = &Set<kRunnerPart, &FrameworkRunnerOptions::start_layer>},
    {.name = "end_layer",
     .placeholder = "NAME",
     .groups = kOfRunner,
     .help = "Write up to this layer's output.",
     .set = &Set<kRunnerPart, &FrameworkRunnerOptions::end_layer>},
    {.name = "memory_budget_mb",
     .placeholder = "MB",
     .fallback = "1024",
     .groups = In({{kFrameworkRunner, kOptional},
                   {kInferenceEngine, kEngineOptional},
                   {kEndToEnd, kOptional}}),
     .help = "How much memory the tensors captured in one pass may take.",
     .set = &Set<kRunnerPart, &FrameworkRunnerOptions::memory_budget_mb>},
    {.name = "enable_tensor_inspection",
     .groups = In({{kEndToEnd, kOptional}}),
     .help = "Also write plots and elements of each tensor, as --tensor_inspection does, into "
             "tensor_inspection/ of the verification's directory. Takes much longer.",
     .set = &Set<kVerificationPart, &VerificationOptions::enable_tensor_inspection>},
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
     .set = &Set<kComparisonPart, &CompareEncodingsOptions::golden_output_reference_directory>},
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
     .groups = kOfComparison,
     .help = "Compare the activations only.",
     .set = &SetActivationsOnly},
    {.name = "specific_node",
     .placeholder = "SPECIFIC_NODE",
     .groups = kOfComparison,
     .help = "Print the differences of this tensor, or of all tensors of this node.",
     .set = &Set<kComparisonPart, &CompareEncodingsOptions::specific_node>},
    {.name = "dlc_info",
     .placeholder = "DLC",
     .groups = In({{kDlcInfo, kRequired}}),
     .help = "The DLC, or the net JSON of a QNN model.",
     .set = &Set<kDlcInfoPart, &DlcInfoOptions::dlc_info>},
    {.name = "json",
     .groups = In({{kDlcInfo, kOptional}}),
     .help = "Print everything as JSON; docs/dlc-info.md says in which form.",
     .set = &Set<kDlcInfoPart, &DlcInfoOptions::json>},
    {.name = "working_dir",
     .short_name = "w",
     .placeholder = "WORKING_DIR",
     .fallback = "working_directory",
     .groups = kOfEveryRun,
     .help = "Where the directories of the features are made.",
     .set = &Set<kCommonPart, &CommonOptions::working_dir>},
    {.name = "output_dirname",
     .placeholder = "OUTPUT_DIRNAME",
     .groups = kOfEveryRun,
     .help = "The name of the run's directory below <working_dir>/<feature>; the time of day "
             "unless given.",
     .set = &Set<kCommonPart, &CommonOptions::output_dirname>},
    {.name = "args_config",
     .placeholder = "ARGS_CONFIG",
     .groups = kOfEveryRun,
     .help = "A JSON file of further flags, by their long names. A flag may be given there or on "
             "the command line, not in both."},
    {.name = "verbose",
     .short_name = "v",
     .groups = kEverywhere,
     .help = "Print what the log file holds.",
     .set = &Set<kCommonPart, &CommonOptions::verbose>},
    {.name = "version", .groups = kEverywhere, .help = "Print the program's version and end."},
    {.name = "help", .short_name = "h", .groups = kEverywhere, .help = "Print this help and end."},
};

constexpr std::array<std::string_view, 2> kFlagsToCome = {"quant_checker", "deep_analyzer"};

}  // namespace

std::span<const Flag> Flags() { return kFlags; }

std::span<const std::string_view> FlagsToCome() { return kFlagsToCome; }

const Flag* FindFlag(Feature feature, std::string_view name) {
  const auto* flag = std::ranges::find_if(kFlags, [&](const Flag& row) {
    return row.group(feature) != kNone && !name.empty() &&
           (row.name == name || std::ranges::count(row.aliases, name) > 0);
  });
  return flag == std::end(kFlags) ? nullptr : flag;
}

const Flag* FindShortFlag(Feature feature, std::string_view short_name) {
  const auto* flag = std::ranges::find_if(kFlags, [&](const Flag& row) {
    return row.group(feature) != kNone && !short_name.empty() && row.short_name == short_name;
  });
  return flag == std::end(kFlags) ? nullptr : flag;
}

std::string Dashed(const Flag& flag) { return "--" + std::string(flag.name); }

}  // namespace acc::cli
