// SPDX-License-Identifier: BSD-3-Clause
#include "cli/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/help.h"
#include "features/compare_encodings/feature.h"
#include "features/dlc_info/feature.h"
#include "features/end_to_end/feature.h"
#include "features/framework_runner/feature.h"
#include "features/inference_engine/feature.h"
#include "features/tensor_inspection/feature.h"
#include "features/verification/feature.h"
#include "flags/given_json.h"

namespace acc::cli {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

using Words = std::vector<std::string>;

// The words of a command as a shell passes them on: "quotes" and continued lines, no more.
Words ShellWords(std::string_view command) {
  Words words;
  bool quoted = false;
  bool inside = false;
  for (std::size_t at = 0; at < command.size(); ++at) {
    const char character = command[at];
    if (character == '"') {
      quoted = !quoted;
    } else if (!quoted && (character == ' ' || character == '\n' || character == '\\')) {
      inside = false;
      continue;
    }
    if (!inside) {
      words.emplace_back();
      inside = true;
    }
    if (character != '"') words.back() += character;
  }
  words.erase(words.begin());
  return words;
}

template <typename Kind>
Kind Asked(const Words& words) {
  Result<CommandLine> line = ParseCommandLine(words);
  EXPECT_TRUE(line.ok()) << line.status().message();
  if (!line.ok() || !std::holds_alternative<Kind>(line->request)) {
    ADD_FAILURE() << "another request";
    return {};
  }
  return std::move(std::get<Kind>(line->request));
}

template <typename Options>
Options Parsed(const Words& words) {
  const FeatureRequest request = Asked<FeatureRequest>(words);
  const auto* typed = dynamic_cast<const features::RequestWith<Options>*>(request.options.get());
  EXPECT_NE(typed, nullptr) << "another feature";
  return typed == nullptr ? Options() : typed->options();
}

// What the run of a feature says that it was given, in <feature>_options.json.
Json GivenOf(const features::Feature& feature, const features::CommonOptions& common) {
  return flags::GivenAsJson(feature.flags, common.origin.given);
}

std::string UsageMessage(const Words& words) {
  const Result<CommandLine> line = ParseCommandLine(words);
  EXPECT_FALSE(line.ok());
  EXPECT_EQ(line.status().code(), StatusCode::kUsage);
  return line.status().message();
}

// The sample commands of the contract, word for word.
constexpr std::string_view kRunnerSample = R"(snpe-accuracy-debugger \
--framework_runner \
--framework tensorflow \
--model_path $RESOURCESPATH/samples/InceptionV3Model/inception_v3_2016_08_28_frozen.pb \
--input_tensor "input:0" 1,299,299,3 $RESOURCESPATH/samples/InceptionV3Model/data/chairs.raw \
--output_tensor InceptionV3/Predictions/Reshape_1:0)";
constexpr std::string_view kOnnxRunnerSample = R"(snpe-accuracy-debugger \
--framework_runner \
--framework onnx \
--model_path $RESOURCESPATH/samples/dlv3onnx/dlv3plus_mbnet_513-513_op9_mod_basic.onnx \
--input_tensor Input 1,3,513,513 $RESOURCESPATH/samples/dlv3onnx/data/00000_1_3_513_513.raw \
--output_tensor Output)";
constexpr std::string_view kEngineSample = R"(snpe-accuracy-debugger \
--inference_engine \
--framework tensorflow \
--runtime cpu \
--model_path $RESOURCESPATH/samples/InceptionV3Model/inception_v3_2016_08_28_frozen.pb \
--input_tensor "input:0" 1,299,299,3 $RESOURCESPATH/samples/InceptionV3Model/data/chairs.raw \
--output_tensor InceptionV3/Predictions/Reshape_1:0 \
--architecture x86_64-linux-clang \
--input_list $RESOURCESPATH/samples/InceptionV3Model/data/image_list.txt \
--verbose)";
constexpr std::string_view kDeviceSample = R"(snpe-accuracy-debugger \
--inference_engine \
--deviceId 357415c4 \
--framework tensorflow \
--runtime dsp \
--architecture aarch64-android \
--model_path $RESOURCESPATH/samples/InceptionV3Model/inception_v3_2016_08_28_frozen.pb \
--input_tensor "input:0" 1,299,299,3 $RESOURCESPATH/samples/InceptionV3Model/data/chairs.raw \
--output_tensor InceptionV3/Predictions/Reshape_1:0 \
--input_list $RESOURCESPATH/samples/InceptionV3Model/data/image_list.txt \
--verbose)";
constexpr std::string_view kVerificationSample = R"(snpe-accuracy-debugger \
--verification \
--default_verifier CosineSimilarity param1 1 param2 2 \
--default_verifier SQNR param1 5 param2 1 \
--golden_output_reference_directory $PROJECTREPOPATH/working_directory/framework_runner/2022-10-31_17-07-58/ \
--inference_results $PROJECTREPOPATH/working_directory/inference_engine/latest/output/Result_0/ \
--tensor_mapping $PROJECTREPOPATH/working_directory/inference_engine/latest/tensor_mapping.json \
--graph_struct $PROJECTREPOPATH/working_directory/inference_engine/latest/snpe_model_graph_struct.json)";
constexpr std::string_view kEndToEndSample = R"(snpe-accuracy-debugger \
--framework tensorflow \
--runtime cpu \
--model_path $RESOURCESPATH/samples/InceptionV3Model/inception_v3_2016_08_28_frozen.pb \
--input_tensor "input:0" 1,299,299,3 $RESOURCESPATH/samples/InceptionV3Model/data/chairs.raw \
--output_tensor InceptionV3/Predictions/Reshape_1:0 \
--architecture x86_64-linux-clang \
--input_list $RESOURCESPATH/samples/InceptionV3Model/data/image_list.txt \
--default_verifier CosineSimilarity \
--enable_tensor_inspection \
--verbose)";

TEST(SampleCommands, FrameworkRunner) {
  const auto options = Parsed<features::FrameworkRunnerOptions>(ShellWords(kRunnerSample));
  EXPECT_EQ(options.model.framework, "tensorflow");
  EXPECT_EQ(options.model.model_path.filename(), "inception_v3_2016_08_28_frozen.pb");
  ASSERT_THAT(options.model.input_tensors, SizeIs(1));
  EXPECT_EQ(options.model.input_tensors[0].name, "input:0");
  EXPECT_EQ(options.model.input_tensors[0].dims, (Shape{1, 299, 299, 3}));
  EXPECT_EQ(options.model.input_tensors[0].raw_file.filename(), "chairs.raw");
  EXPECT_FALSE(options.model.input_tensors[0].type_given);
  EXPECT_THAT(options.model.output_tensors, ElementsAre("InceptionV3/Predictions/Reshape_1:0"));
  EXPECT_EQ(options.common.working_dir, "working_directory");
  const auto onnx = Parsed<features::FrameworkRunnerOptions>(ShellWords(kOnnxRunnerSample));
  EXPECT_EQ(onnx.model.framework, "onnx");
  EXPECT_FALSE(onnx.enable_graph_optimization);
}

TEST(SampleCommands, InferenceEngine) {
  for (const std::string architecture : {"x86_64-linux-clang", "x86_64-windows-msvc", "wos"}) {
    Words words = ShellWords(kEngineSample);
    std::ranges::replace(words, std::string("x86_64-linux-clang"), architecture);
    const auto options = Parsed<features::InferenceEngineOptions>(words);
    EXPECT_EQ(options.architecture, architecture);
    EXPECT_EQ(options.runtime, "cpu");
    EXPECT_EQ(options.stage, "source");
    EXPECT_EQ(options.quantization.precision, features::Precision::kInt8);
    EXPECT_EQ(options.model.input_tensors[0].name, "input:0");
    EXPECT_EQ(options.input_list.filename(), "image_list.txt");
    EXPECT_TRUE(options.common.verbose);
  }
  const auto device = Parsed<features::InferenceEngineOptions>(ShellWords(kDeviceSample));
  EXPECT_EQ(GivenOf(features::InferenceEngine(), device.common).at("deviceId"), "357415c4");
}

TEST(SampleCommands, Verification) {
  const auto options = Parsed<features::VerificationOptions>(ShellWords(kVerificationSample));
  EXPECT_THAT(options.default_verifiers,
              ElementsAre(ElementsAre("CosineSimilarity", "param1", "1", "param2", "2"),
                          ElementsAre("SQNR", "param1", "5", "param2", "1")));
  EXPECT_EQ(options.graph_struct.filename(), "snpe_model_graph_struct.json");
  EXPECT_EQ(options.tensor_mapping.filename(), "tensor_mapping.json");
}

TEST(SampleCommands, EndToEnd) {
  const auto options = Parsed<features::EndToEndOptions>(ShellWords(kEndToEndSample));
  EXPECT_TRUE(options.verification.enable_tensor_inspection);
  EXPECT_EQ(options.framework_runner.model.framework, "tensorflow");
  EXPECT_EQ(options.inference_engine.model.framework, "tensorflow");
  EXPECT_THAT(options.verification.default_verifiers, ElementsAre(ElementsAre("CosineSimilarity")));
  EXPECT_TRUE(options.common.verbose);
  EXPECT_TRUE(options.inference_engine.common.verbose);
}

constexpr std::string_view kInspectionSample = R"(snpe-accuracy-debugger --tensor_inspection \
--golden_data golden_tensors_dir \
--target_data target_tensors_dir \
--verifier mse \
--verifier sqnr \
--verifier rtolatol,rtolmargin,0.01,atolmargin,0.01 \
--target_encodings reference_encodings.json)";

TEST(SampleCommands, TensorInspection) {
  const auto options = Parsed<features::TensorInspectionOptions>(ShellWords(kInspectionSample));
  EXPECT_EQ(options.golden_output_reference_directory, "golden_tensors_dir");
  EXPECT_EQ(options.inference_results, "target_tensors_dir");
  EXPECT_THAT(options.default_verifiers,
              ElementsAre(ElementsAre("mse"), ElementsAre("sqnr"),
                          ElementsAre("rtolatol,rtolmargin,0.01,atolmargin,0.01")));
  EXPECT_EQ(options.target_encodings, "reference_encodings.json");
  EXPECT_EQ(options.data_type, std::nullopt);
}

constexpr std::string_view kComparisonSample = R"(snpe-accuracy-debugger \
--compare_encodings \
--input mv2_quantized.dlc \
--aimet_encodings_json aimet_encodings.json \
--specific_node /1/Conv_output_0)";

TEST(SampleCommands, CompareEncodings) {
  const Words words = ShellWords(kComparisonSample);
  const auto options = Parsed<features::CompareEncodingsOptions>(words);
  EXPECT_EQ(options.input, "mv2_quantized.dlc");
  EXPECT_EQ(options.aimet_encodings_json, "aimet_encodings.json");
  EXPECT_EQ(options.specific_node, "/1/Conv_output_0");
  EXPECT_EQ(options.precision, 17);
  EXPECT_FALSE(options.params_only || options.activations_only);
}

TEST(SampleCommands, ThoseOfTheHelpParse) {
  for (const features::Feature* feature : features::Features()) {
    EXPECT_TRUE(ParseCommandLine(ShellWords(ExampleCommand(*feature))).ok()) << feature->title;
  }
}

// Every flag of the end-to-end run, none with its default.
const Words kEverything = ShellWords(
    "x -f ONNX 1.18 -m model.onnx -i a 1,3 a.raw -i b \"\" b.raw INT64 -o x -o y -r dspv73 "
    "-a x86_64-linux-clang -l list.txt --default_verifier SQNR threshold 20 "
    "--golden_output_reference_directory golden --precision fp16 -abw 16 -wbw 4 -bbw 32 "
    "-qo overrides.json --override_params --no_weight_quantization "
    "--use_symmetric_quantize_weights --use_enhanced_quantizer --use_adjusted_weights_quantizer "
    "--use_per_channel_quantization --act_quantizer_calibration Percentile "
    "--param_quantizer_calibration mse --percentile_calibration_value 99.5 --algorithms CLE -nif "
    "-nof -mn net "
    "--htp_socs sm8550 --debug_mode_off -p sdk "
    "--deviceId 1 --host_device wos --print_version 2 --perf_profile burst --profiling_level basic "
    "--offline_prepare --extra_converter_args a=b --extra_quantizer_args c=d "
    "--extra_runtime_args \"--e f\" --fine_grain_mode fine --tensor_mapping map.json "
    "--verifier_config config.json --target_encodings encodings.json --enable_graph_optimization "
    "--onnx_custom_op_lib ops.so --add_layer_outputs \"1579, 232\" --add_layer_types Resize "
    "--skip_layer_outputs q --skip_layer_types Cast,Shape --start_layer s --end_layer e "
    "--memory_budget_mb 77 --enable_tensor_inspection -w work --output_dirname out -v");

TEST(EveryField, CompareEncodings) {
  const auto options = Parsed<features::CompareEncodingsOptions>(
      ShellWords("x --compare_encodings --input a.dlc --input2 b.dlc --golden_data g --precision 0 "
                 "--activations_only -w work --output_dirname out -v"));
  EXPECT_EQ(options.input2, "b.dlc");
  EXPECT_EQ(options.golden_output_reference_directory, "g");
  EXPECT_EQ(options.precision, 0);
  EXPECT_TRUE(options.activations_only);
  EXPECT_EQ(options.common.working_dir, "work");
  const Json given = GivenOf(features::CompareEncodings(), options.common);
  EXPECT_EQ(given["precision"], "0");
  EXPECT_FALSE(given.contains("dlc_info"));
}

TEST(EveryField, TensorInspection) {
  const auto options = Parsed<features::TensorInspectionOptions>(ShellWords(
      "x --tensor_inspection --golden_data g --target_data t --verifier SQNR threshold 20 "
      "--data_type UINT8 --target_encodings e --tensor_mapping m --graph_struct s -w work "
      "--output_dirname out -v"));
  EXPECT_EQ(options.data_type, ElementType::kUint8);
  EXPECT_EQ(options.tensor_mapping, "m");
  EXPECT_EQ(options.graph_struct, "s");
  EXPECT_EQ(options.common.working_dir, "work");
  EXPECT_THAT(UsageMessage(ShellWords("x --tensor_inspection --golden_data g --target_data t "
                                      "--verifier SQNR --data_type int32")),
              HasSubstr("int32"));
}

TEST(EveryField, DlcInfo) {
  for (const Words& words :
       {Words{"--dlc_info", "a.dlc", "--json"}, Words{"--json", "--dlc_info=a.dlc"}}) {
    const auto options = Parsed<features::DlcInfoOptions>(words);
    EXPECT_EQ(options.dlc_info, "a.dlc");
    EXPECT_TRUE(options.json);
  }
}

TEST(CompareEncodings, TakesOneSecondSide) {
  const Words input = {"--compare_encodings", "--input", "a.dlc"};
  EXPECT_THAT(UsageMessage(input), HasSubstr("needs one of --aimet_encodings_json and --input2"));
  Words both = input;
  both.insert(both.end(), {"--input2", "b.dlc", "--aimet_encodings_json", "c.json"});
  EXPECT_THAT(UsageMessage(both), HasSubstr("needs only one of"));
}

TEST(CompareEncodings, RefusesOtherDecimalsAndBothSections) {
  const Words words = {"--compare_encodings", "--input", "a.dlc", "--input2", "b.dlc"};
  for (const char* decimals : {"18", "=-1", "int8", "1.5"}) {
    Words more = words;
    more.push_back(std::string("--precision") + (*decimals == '=' ? "" : "=") + decimals);
    EXPECT_THAT(UsageMessage(more), HasSubstr("from 0 to 17")) << decimals;
  }
  for (const Words& both : {Words{"--params_only", "--activations_only"},
                            Words{"--activations_only", "--params_only"}}) {
    Words more = words;
    more.insert(more.end(), both.begin(), both.end());
    EXPECT_THAT(UsageMessage(more),
                HasSubstr("--activations_only and --params_only exclude each other"));
  }
}

TEST(DlcInfo, NeedsTheFile) {
  EXPECT_THAT(UsageMessage({"--dlc_info"}), HasSubstr("--dlc_info needs a value, DLC"));
  EXPECT_THAT(UsageMessage({"--dlc_info", "a", "--dlc_info", "b"}), HasSubstr("2 times"));
  EXPECT_THAT(UsageMessage({"--dlc_info", "a", "--verification"}), HasSubstr("exclude each other"));
}

TEST(EveryField, FrameworkRunner) {
  const auto all = Parsed<features::EndToEndOptions>(kEverything);
  const features::FrameworkRunnerOptions& options = all.framework_runner;
  EXPECT_EQ(options.model.framework, "onnx");
  EXPECT_EQ(options.model.framework_version, "1.18");
  EXPECT_EQ(options.model.model_path, "model.onnx");
  ASSERT_THAT(options.model.input_tensors, SizeIs(2));
  EXPECT_EQ(options.model.input_tensors[1].dims, Shape{});
  EXPECT_EQ(options.model.input_tensors[1].type, ElementType::kInt64);
  EXPECT_TRUE(options.model.input_tensors[1].type_given);
  EXPECT_THAT(options.model.output_tensors, ElementsAre("x", "y"));
  EXPECT_TRUE(options.enable_graph_optimization);
  EXPECT_EQ(options.onnx_custom_op_lib, "ops.so");
  EXPECT_THAT(options.add_layer_outputs, ElementsAre("1579", "232"));
  EXPECT_THAT(options.add_layer_types, ElementsAre("Resize"));
  EXPECT_THAT(options.skip_layer_outputs, ElementsAre("q"));
  EXPECT_THAT(options.skip_layer_types, ElementsAre("Cast", "Shape"));
  EXPECT_EQ(options.start_layer, "s");
  EXPECT_EQ(options.end_layer, "e");
  EXPECT_EQ(options.memory_budget_mb, 77U);
}

TEST(EveryField, InferenceEngine) {
  const auto all = Parsed<features::EndToEndOptions>(kEverything);
  const features::InferenceEngineOptions& options = all.inference_engine;
  EXPECT_EQ(options.model.output_tensors, all.framework_runner.model.output_tensors);
  EXPECT_EQ(options.runtime, "dspv73");
  EXPECT_EQ(options.architecture, "x86_64-linux-clang");
  EXPECT_EQ(options.input_list, "list.txt");
  EXPECT_EQ(options.quantization.precision, features::Precision::kFp16);
  EXPECT_EQ(options.model_name, "net");
  EXPECT_EQ(options.golden_output_reference_directory, "golden");
  EXPECT_EQ(options.htp_socs, "sm8550");
  EXPECT_TRUE(options.debug_mode_off);
  EXPECT_TRUE(options.use_native_input_files);
  EXPECT_TRUE(options.use_native_output_files);
  EXPECT_EQ(options.memory_budget_mb, 77U);
}

TEST(EveryField, OfQualcommsToolsIsRecorded) {
  const auto all = Parsed<features::EndToEndOptions>(kEverything);
  const Json given = GivenOf(features::InferenceEngine(), all.common);
  EXPECT_EQ(given.at("host_device"), "wos");
  EXPECT_EQ(given.at("engine_path"), "sdk");
  EXPECT_EQ(given.at("print_version"), "2");
  EXPECT_EQ(given.at("fine_grain_mode"), "fine");
  EXPECT_EQ(given.at("deviceId"), "1");
  EXPECT_EQ(given.at("perf_profile"), "burst");
  EXPECT_EQ(given.at("profiling_level"), "basic");
  EXPECT_EQ(given.at("offline_prepare"), true);
  EXPECT_EQ(given.at("extra_converter_args"), "a=b");
  EXPECT_EQ(given.at("extra_quantizer_args"), "c=d");
  EXPECT_EQ(given.at("extra_runtime_args"), "--e f");
}

TEST(EveryField, Quantization) {
  const auto all = Parsed<features::EndToEndOptions>(kEverything);
  const features::QuantizationOptions& options = all.inference_engine.quantization;
  EXPECT_EQ(options.act_bitwidth, 16);
  EXPECT_EQ(options.weights_bitwidth, 4);
  EXPECT_EQ(options.bias_bitwidth, 32);
  EXPECT_EQ(options.quantization_overrides, "overrides.json");
  EXPECT_TRUE(options.override_params);
  EXPECT_TRUE(options.no_weight_quantization);
  EXPECT_TRUE(options.use_symmetric_quantize_weights);
  EXPECT_TRUE(options.use_enhanced_quantizer);
  EXPECT_TRUE(options.use_adjusted_weights_quantizer);
  EXPECT_TRUE(options.use_per_channel_quantization);
  EXPECT_THAT(options.algorithms, ElementsAre("cle"));
  EXPECT_EQ(options.act_quantizer_calibration, "percentile");
  EXPECT_EQ(options.param_quantizer_calibration, "mse");
  EXPECT_EQ(options.percentile_calibration_value, 99.5);
}

TEST(EveryField, VerificationAndCommon) {
  const auto all = Parsed<features::EndToEndOptions>(kEverything);
  EXPECT_EQ(all.verification.golden_output_reference_directory, "golden");
  EXPECT_EQ(all.verification.tensor_mapping, "map.json");
  EXPECT_EQ(all.verification.verifier_config, "config.json");
  EXPECT_EQ(all.verification.target_encodings, "encodings.json");
  EXPECT_EQ(all.common.working_dir, "work");
  EXPECT_EQ(all.common.output_dirname, "out");
  EXPECT_EQ(all.verification.common.working_dir, "work");
  EXPECT_THAT(all.common.origin.command, SizeIs(kEverything.size()));
  const auto alone = Parsed<features::VerificationOptions>(
      ShellWords("x --verification --default_verifier sqnr --framework_results g "
                 "--inference_results t --dlc_path d --qnn_model_json_path q --graph_struct s "
                 "-e snpe 2.39 -m model.onnx -f onnx"));
  EXPECT_EQ(alone.inference_results, "t");
  EXPECT_EQ(alone.dlc_path, "d");
  EXPECT_EQ(alone.qnn_model_json_path, "q");
  EXPECT_EQ(alone.graph_struct, "s");
  EXPECT_EQ(GivenOf(features::Verification(), alone.common)["engine"],
            Json::array({"snpe", "2.39"}));
  EXPECT_EQ(alone.model.model_path, "model.onnx");
  EXPECT_EQ(alone.model.framework, "onnx");
}

TEST(GivenOptions, EachFeatureKeepsItsOwnFlags) {
  const auto all = Parsed<features::EndToEndOptions>(kEverything);
  const Json common = GivenOf(features::EndToEnd(), all.common);
  EXPECT_TRUE(common.contains("runtime"));
  EXPECT_TRUE(common.contains("start_layer"));
  EXPECT_FALSE(GivenOf(features::FrameworkRunner(), all.common).contains("runtime"));
  const Json engine = GivenOf(features::InferenceEngine(), all.common);
  EXPECT_FALSE(engine.contains("start_layer"));
  EXPECT_EQ(engine["act_bitwidth"], "16");
}

TEST(ArgsConfig, FillsWhatTheCommandLineLeavesOut) {
  const std::filesystem::path path = std::filesystem::path(testing::TempDir()) / "args.json";
  ASSERT_TRUE(WriteFile(path, R"({"default_verifier": "SQNR", "framework_results": "g"})").ok());
  const Words words = {"--verification", "--inference_results", "t", "--args_config", path};
  EXPECT_EQ(Parsed<features::VerificationOptions>(words).golden_output_reference_directory, "g");
  Words twice = words;
  twice.insert(twice.end(), {"--golden_output_reference_directory", "h"});
  EXPECT_THAT(UsageMessage(twice), HasSubstr("in the file of --args_config: "
                                             "--golden_output_reference_directory."));
}

TEST(UsageErrors, BadValues) {
  Words words = kEverything;
  std::ranges::replace(words, std::string("77"), std::string("0"));
  EXPECT_THAT(UsageMessage(words), HasSubstr("--memory_budget_mb takes a whole number above zero"));
  words = kEverything;
  std::ranges::replace(words, std::string("1,3"), std::string("1x3"));
  EXPECT_THAT(UsageMessage(words), HasSubstr("--input_tensor: '1x3' are no dimensions of 'a'"));
  words = kEverything;
  std::ranges::replace(words, std::string("INT64"), std::string("in64"));
  EXPECT_THAT(UsageMessage(words), HasSubstr("Did you mean 'int64'?"));
  words = kEverything;
  std::ranges::replace(words, std::string("b"), std::string("a"));
  EXPECT_THAT(UsageMessage(words), HasSubstr("--input_tensor names the tensor 'a' twice"));
  words = kEverything;
  std::ranges::replace(words, std::string("SQNR"), std::string("SNQR"));
  EXPECT_THAT(UsageMessage(words), AllOf(HasSubstr("--default_verifier: "), HasSubstr("SQNR")));
  words = kEverything;
  std::ranges::replace(words, std::string("Resize"), std::string(" , "));
  EXPECT_THAT(UsageMessage(words), HasSubstr("--add_layer_types takes names"));
  words = kEverything;
  words.emplace_back("--disable_graph_optimization");
  EXPECT_THAT(UsageMessage(words), HasSubstr("exclude each other"));
}

TEST(UsageErrors, TheStaticStagesNeedAModelOfTheirOwn) {
  const Words words =
      ShellWords("x --inference_engine -r cpu -a x86_64-linux-clang -l list.txt --stage converted");
  EXPECT_THAT(UsageMessage(words), HasSubstr("--inference_engine needs --static_model."));
  Words with_model = words;
  with_model.insert(with_model.end(), {"--static_model", "m.dlc"});
  EXPECT_EQ(Parsed<features::InferenceEngineOptions>(with_model).static_model, "m.dlc");
}

TEST(Help, WinsOverEveryError) {
  for (const Words& words : {Words{"-h"}, Words{"--nope", "--help"}, Words{"-m", "-h"}}) {
    EXPECT_EQ(Asked<HelpRequest>(words).feature, &features::EndToEnd());
  }
  EXPECT_EQ(Asked<HelpRequest>({"-–verification", "–help"}).feature, &features::Verification());
  Asked<VersionRequest>({"--version"});
}

TEST(DeprecatedName, Warns) {
  Words words = ShellWords(kOnnxRunnerSample);
  words.front() = "--framework_diagnosis";
  const Result<CommandLine> line = ParseCommandLine(words);
  ASSERT_TRUE(line.ok());
  EXPECT_EQ(std::get<FeatureRequest>(line->request).feature, &features::FrameworkRunner());
  EXPECT_THAT(line->warnings, ElementsAre(HasSubstr("use --framework_runner")));
}

}  // namespace
}  // namespace acc::cli
