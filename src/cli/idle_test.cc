// SPDX-License-Identifier: BSD-3-Clause
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "base/text.h"
#include "cli/command_line.h"
#include "features/inference_engine/feature.h"
#include "features/source_model/flags.h"
#include "flags/flag.h"

namespace acc::cli {
namespace {

using flags::Dashed;
using flags::FindFlag;
using flags::Flag;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

using Words = std::vector<std::string>;

constexpr std::string_view kSource =
    "--inference_engine -a x86_64-linux-clang -l l.txt -f onnx -m m.onnx -i x 1 x.raw -o y ";
constexpr std::string_view kDlc =
    "--inference_engine -a x86_64-linux-clang -l l.txt --stage converted --static_model m.dlc ";
constexpr std::string_view kEndToEndOnCpu =
    "-a x86_64-linux-clang -l l.txt -f onnx -m m.onnx -i x 1 x.raw -o y --default_verifier SQNR "
    "-r cpu ";

Words WarningsOf(std::string_view base, std::string_view more) {
  const Result<CommandLine> line =
      ParseCommandLine(SplitWhitespace(std::string(base) + std::string(more)));
  EXPECT_TRUE(line.ok()) << more << ": " << line.status().message();
  return line.ok() ? line->warnings : Words();
}

// A value that the flag accepts.
std::string Sample(const Flag& flag) {
  if (flag.is_switch()) return "";
  if (flag.name == "percentile_calibration_value") return " 99";
  return " " + (flag.choices.empty() ? "value" : std::string(flag.choices.back()));
}

TEST(IdleTest, EveryFlagOfQuantizationIsNamedWhereNothingIsQuantized) {
  // What runs in float all the same, and what has a condition more.
  const std::set<std::string_view> others = {"precision", "algorithms"};
  const std::set<std::string_view> with_condition = {"use_adjusted_weights_quantizer",
                                                     "percentile_calibration_value"};
  std::size_t seen = 0;
  for (const auto& row : features::QuantizationRows()) {
    const Flag& flag = row.flag;
    if (others.contains(flag.name)) continue;
    ++seen;
    const std::string given = Dashed(flag) + Sample(flag);
    EXPECT_THAT(WarningsOf(kSource, "-r cpu --precision fp32 " + given),
                ElementsAre(StartsWith(Dashed(flag) + " has no effect: --precision fp32")));
    EXPECT_THAT(WarningsOf(kSource, "-r dsp --precision fp16 " + given),
                ElementsAre(StartsWith(Dashed(flag) + " has no effect: --precision fp16")));
    EXPECT_THAT(WarningsOf(kDlc, "-r cpu " + given),
                ElementsAre(StartsWith(Dashed(flag) + " has no effect: the DLC")));
    if (!with_condition.contains(flag.name)) {
      EXPECT_THAT(WarningsOf(kSource, "-r cpu " + given), IsEmpty());
    }
  }
  EXPECT_GE(seen, 13U);
}

TEST(IdleTest, EveryFlagOfTheSdkIsNamed) {
  for (const std::string flag :
       {"deviceId", "perf_profile", "profiling_level", "offline_prepare", "extra_converter_args",
        "extra_quantizer_args", "extra_runtime_args", "engine_path", "print_version"}) {
    const Flag* row = FindFlag(features::InferenceEngine().flags, flag);
    ASSERT_NE(row, nullptr);
    EXPECT_THAT(WarningsOf(kEndToEndOnCpu, Dashed(*row) + Sample(*row)),
                ElementsAre(AllOf(StartsWith("--" + flag), HasSubstr("has no effect"))));
  }
}

struct Case {
  std::string_view base;
  std::string_view words;
  std::string_view warning;  // Its beginning; empty for none.
};

TEST(IdleTest, WhatAConfigurationLeavesUnusedIsNamed) {
  const Case cases[] = {
      {kSource, "-r cpu --htp_socs sm8550", "--htp_socs has no effect: --runtime cpu"},
      {kSource, "-r dsp --htp_socs sm8550", ""},
      {kSource, "-r cpu --host_device wos", "--host_device has no effect: the model is"},
      {kSource, "-r cpu --host_device x86", ""},
      {kSource, "-r cpu --percentile_calibration_value 99", "--percentile_calibration_value has"},
      {kSource, "-r cpu --percentile_calibration_value 99 --param_quantizer_calibration percentile",
       ""},
      {kSource, "-r cpu --use_adjusted_weights_quantizer --use_symmetric_quantize_weights",
       "--use_adjusted_weights_quantizer has no effect: --use_symmetric"},
      {kSource, "-r cpu --precision fp32 --algorithms cle", ""},
      {kDlc, "-r cpu --algorithms cle", "--algorithms has no effect: the DLC"},
      {kDlc, "-r cpu --precision fp16", "--precision has no effect: the DLC"},
      {kDlc, "-r cpu -f onnx", "--framework has no effect: the DLC"},
      {kDlc, "-r cpu -m m.onnx", "--model_path has no effect: the DLC"},
      {kDlc, "-r cpu -o y", "--output_tensor has no effect: the DLC"},
      {kDlc, "-r cpu -i x 1 x.raw", "--input_tensor has no effect: the DLC"},
      {kDlc, "-r cpu -i x 1 x.raw int64", ""},
      {kEndToEndOnCpu, "--stage converted --static_model m.dlc", ""},
      {kEndToEndOnCpu, "--tflite_kernels xnnpack", "--tflite_kernels has no effect: it is for"},
      {kEndToEndOnCpu, "--add_layer_types Conv", ""},
      {kEndToEndOnCpu, "--add_layer_types Conv --golden_dir_for_mapping g",
       "--add_layer_types has no effect: --golden_output_reference_directory"},
      {kEndToEndOnCpu, "--golden_without_quantization --golden_dir_for_mapping g",
       "--golden_without_quantization has no effect: --golden_output_reference_directory"},
      {kEndToEndOnCpu, "--memory_budget_mb 9 --golden_dir_for_mapping g", ""},
      {"--quant_checker -f onnx -m m -i x 1 x.raw -o y --config_file c -l l.txt ",
       "--host_device wos", "--host_device has no effect: the model is converted on this machine"},
      {"--framework_runner -f tflite -m m -i x 1 x.raw -o y ", "--onnx_custom_op_lib l.so",
       "--onnx_custom_op_lib has no effect: it is for ONNX"},
      {"--framework_runner -f tflite -m m -i x 1 x.raw -o y ", "--enable_graph_optimization",
       "--enable_graph_optimization has no effect: TensorFlow Lite"},
      {"--framework_runner -f tensorflow -m m -i x 1 x.raw -o y ", "--enable_graph_optimization",
       ""},
      {"--framework_runner -m m -i x 1 x.raw -o y ", "-f onnx 1.2",
       "--framework onnx: the version 1.2 has no effect"},
      {"--verification --default_verifier SQNR --framework_results g --inference_results t ",
       "-e snpe 2.1", "--engine has no effect"},
      {"--compare_encodings --input a.dlc --input2 b.dlc --params_only ", "--golden_data g",
       "--golden_output_reference_directory has no effect"},
      {"--compare_encodings --input a.dlc --input2 b.dlc ", "--golden_data g", ""},
  };
  for (const Case& test : cases) {
    const Words warnings = WarningsOf(test.base, test.words);
    if (test.warning.empty()) {
      EXPECT_THAT(warnings, IsEmpty()) << test.words;
    } else {
      EXPECT_THAT(warnings, ElementsAre(StartsWith(std::string(test.warning)))) << test.words;
    }
  }
}

TEST(IdleTest, DefaultsAreNoWarning) {
  EXPECT_THAT(WarningsOf(kSource, "-r cpu --precision fp32"), IsEmpty());
  EXPECT_THAT(WarningsOf(kDlc, "-r cpu"), IsEmpty());
  EXPECT_THAT(WarningsOf(kEndToEndOnCpu, ""), IsEmpty());
}

}  // namespace
}  // namespace acc::cli
