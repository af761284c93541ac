// SPDX-License-Identifier: BSD-3-Clause
#include "quantize/overrides.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "base/files.h"
#include "quantize/encoding.h"
#include "quantize/graph_testing.h"

namespace acc::quantize {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Result<Overrides> Read(const std::string& json, std::vector<std::string>* blockwise = nullptr) {
  const auto path = std::filesystem::temp_directory_path() /
                    ("overrides_test_" + std::to_string(::getpid()) + ".json");
  EXPECT_TRUE(WriteFile(path, std::string_view(json)).ok());
  auto overrides = ReadOverrides(path, blockwise);
  std::filesystem::remove(path);
  return overrides;
}

Result<Overrides> ReadActivation(const std::string& entries) {
  return Read(R"({"activation_encodings": {"t": )" + entries + R"(}, "param_encodings": {}})");
}

Encoding Only(const Result<Overrides>& overrides) {
  EXPECT_TRUE(overrides.ok()) << overrides.status().message();
  if (!overrides.ok()) return {};
  const TensorEncoding& encoding = overrides->activations.at("t");
  EXPECT_EQ(encoding.channels.size(), 1u);
  EXPECT_FALSE(encoding.per_channel());
  return encoding.channels.front();
}

TEST(ReadOverrides, Version0DerivesScaleAndOffset) {
  const Encoding encoding = Only(
      ReadActivation(R"([{"bitwidth": 8, "min": -1.8, "max": 0.5, "is_symmetric": "False"}])"));
  EXPECT_EQ(encoding.offset, -200);
  EXPECT_NEAR(encoding.scale, 0.00902, 1e-6);
  EXPECT_NEAR(encoding.min, -1.803922, 5e-7);
}

TEST(ReadOverrides, BothSignsOfTheOffsetAreRead) {
  for (const char* offset : {"-103", "103", "-103.0"}) {
    const Encoding encoding = Only(ReadActivation(
        std::string(R"([{"bitwidth": 8, "min": -1.03, "max": 1.52, "scale": 0.01, "offset": )") +
        offset + R"(, "is_symmetric": "False", "dtype": "int"}])"));
    EXPECT_EQ(encoding.offset, -103) << offset;
    EXPECT_NEAR(encoding.max, 1.52, 1e-6);
  }
}

TEST(ReadOverrides, SymmetryIsATextOrABool) {
  for (const char* symmetric : {"\"True\"", "true", "\"true\""}) {
    for (const char* offset : {"-128", "128", "0", "-127"}) {
      const Encoding encoding = Only(ReadActivation(
          std::string(R"([{"bitwidth": 8, "min": -1.28, "max": 1.27, "scale": 0.01, "offset": )") +
          offset + R"(, "is_symmetric": )" + symmetric + "}]"));
      EXPECT_TRUE(encoding.symmetric);
      EXPECT_EQ(encoding.offset, -128);
    }
  }
  // Qualcomm writes even ranges, AIMET such that reach one step further down.
  for (const char* min : {"-1.27", "-1.28"}) {
    const Encoding encoding = Only(ReadActivation(
        std::string(R"([{"bitwidth": 8, "max": 1.27, "is_symmetric": true, "min": )") + min +
        "}]"));
    EXPECT_NEAR(encoding.scale, 0.01, 1e-8);
  }
}

TEST(ReadOverrides, UnsignedSymmetricIsPlainlyUnsigned) {
  const Encoding encoding = Only(ReadActivation(
      R"([{"bitwidth": 8, "min": 0, "max": 2.55, "scale": 0.01, "offset": 0, "is_symmetric": "True"}])"));
  EXPECT_EQ(encoding.offset, 0);
  EXPECT_FALSE(encoding.symmetric);
  EXPECT_NEAR(encoding.max, 2.55, 1e-6);
}

TEST(ReadOverrides, FloatMeansNotQuantized) {
  const auto overrides = ReadActivation(R"([{"bitwidth": 16, "dtype": "float"}])");
  ASSERT_TRUE(overrides.ok());
  EXPECT_TRUE(overrides->activations.at("t").is_float);
  EXPECT_EQ(overrides->activations.at("t").channels.front().bitwidth, 16);
}

TEST(ReadOverrides, ParamsArePerChannelByTheLengthOfTheirList) {
  const auto overrides = Read(R"({"version": "0.6.1", "activation_encodings": {},
      "param_encodings": {"w": [
        {"bitwidth": 8, "min": -1.28, "max": 1.27, "scale": 0.01, "offset": -128, "is_symmetric": "True"},
        {"bitwidth": 8, "min": -2.56, "max": 2.54, "scale": 0.02, "offset": -128, "is_symmetric": "True"}]},
      "quantizer_args": {"activation_bitwidth": 8}})");
  ASSERT_TRUE(overrides.ok()) << overrides.status().message();
  const TensorEncoding& weight = overrides->params.at("w");
  EXPECT_TRUE(weight.per_channel());
  EXPECT_NEAR(weight.channels[1].scale, 0.02, 1e-8);
}

TEST(ReadOverrides, Version1HasNoMinAndMax) {
  const auto overrides = Read(R"({"version": "1.0.0",
      "activation_encodings": [{"name": "t", "enc_type": "PER_TENSOR", "dtype": "INT", "bw": 16,
                                "is_sym": false, "scale": [0.5], "offset": [-10]},
                               {"name": "f", "dtype": "FLOAT", "bw": 16}],
      "param_encodings": [{"name": "w", "enc_type": "PER_CHANNEL", "dtype": "INT", "bw": 4,
                           "is_sym": true, "scale": [1, 2], "offset": [-8, -8]}]})");
  ASSERT_TRUE(overrides.ok()) << overrides.status().message();
  const Encoding& t = overrides->activations.at("t").channels.front();
  EXPECT_EQ(t.min, -5);
  EXPECT_EQ(t.max, 0.5 * (65535 - 10));
  EXPECT_TRUE(overrides->activations.at("f").is_float);
  EXPECT_EQ(overrides->params.at("w").channels[1].max, 14);
  EXPECT_EQ(overrides->params.at("w").axis, 0);
}

TEST(ReadOverrides, Version2HasOnnxZeroPoints) {
  const auto overrides = Read(R"({"version": "2.0.0", "encodings": [
      {"name": "u", "output_dtype": "uint8", "y_scale": 0.5, "y_zero_point": 10},
      {"name": "i", "output_dtype": "int8", "y_scale": 0.5, "y_zero_point": 1},
      {"name": "w", "output_dtype": "int4", "y_scale": [1, 2], "axis": -2},
      {"name": "f", "output_dtype": "float16"}]})");
  ASSERT_TRUE(overrides.ok()) << overrides.status().message();
  EXPECT_EQ(overrides->activations.at("u").channels[0].offset, -10);
  EXPECT_EQ(overrides->activations.at("i").channels[0].offset, -129);
  EXPECT_EQ(overrides->params.at("w").channels[1].offset, -8);
  EXPECT_TRUE(overrides->params.at("w").channels[1].symmetric);
  EXPECT_EQ(overrides->params.at("w").axis, -2);
  EXPECT_TRUE(overrides->params.at("f").is_float);
  EXPECT_FALSE(overrides->sections_known);
}

TEST(ReadOverrides, BlockwiseEncodingsAreNamedOnRequest) {
  const std::string files[] = {
      R"({"activation_encodings": [], "param_encodings": [
          {"name": "b", "enc_type": "PER_BLOCK", "dtype": "INT", "bw": 4, "scale": [1], "offset": [0]},
          {"name": "l", "enc_type": "LPBQ", "dtype": "INT", "bw": 4, "scale": [1], "offset": [0]},
          {"name": "w", "enc_type": "PER_TENSOR", "dtype": "INT", "bw": 4, "scale": [1], "offset": [0]}]})",
      R"({"encodings": [
          {"name": "b", "output_dtype": "int4", "y_scale": [[1]], "axis": 0, "block_size": 32},
          {"name": "l", "output_dtype": "int4", "per_block_int_scale": [[1]], "axis": 0},
          {"name": "w", "output_dtype": "int4", "y_scale": 1}]})"};
  for (const std::string& json : files) {
    EXPECT_FALSE(Read(json).ok());
    std::vector<std::string> blockwise;
    const auto overrides = Read(json, &blockwise);
    ASSERT_TRUE(overrides.ok()) << overrides.status().message();
    EXPECT_THAT(blockwise, ElementsAre("b", "l"));
    EXPECT_EQ(overrides->params.size(), 1u);
  }
}

TEST(ReadOverrides, DetailsTakeWhatCannotBeRead) {
  const auto path = std::filesystem::temp_directory_path() /
                    ("overrides_details_" + std::to_string(::getpid()) + ".json");
  ASSERT_TRUE(WriteFile(path, std::string_view(R"({
      "activation_encodings": {"bad": [{"bitwidth": 8, "min": 3, "max": 1}],
                               "a": [{"bitwidth": 8, "min": -1, "max": 1}]},
      "param_encodings": {"w": [{"bitwidth": 8, "scale": 0.5, "offset": 0}]}})"))
                  .ok());
  OverridesDetails details;
  const auto overrides = ReadOverrides(path, details);
  EXPECT_THAT(ReadOverrides(path).status().message(),
              HasSubstr("activation_encodings: the encoding of 'bad': min 3 is above max 1"));
  std::filesystem::remove(path);
  ASSERT_TRUE(overrides.ok()) << overrides.status().message();
  ASSERT_EQ(details.unread.size(), 1u);
  EXPECT_EQ(details.unread[0].name, "bad");
  EXPECT_FALSE(details.unread[0].is_param);
  EXPECT_FALSE(details.unread[0].is_blockwise);
  ASSERT_TRUE(details.stated_activations.contains("a"));
  EXPECT_EQ(details.stated_activations.at("a")[0].min, -1);
  EXPECT_TRUE(details.stated_params.empty());
  EXPECT_TRUE(overrides->params.contains("w"));
}

TEST(ReadOverrides, Version0TakesAnAxis) {
  const std::string entry = R"({"bitwidth": 8, "min": -1.28, "max": 1.27, "axis": )";
  const auto overrides = Read(R"({"activation_encodings": {}, "param_encodings": {
      "one": [)" + entry + R"(1}], "two": [)" +
                              entry + "3}, " + entry + "3}]}}");
  ASSERT_TRUE(overrides.ok()) << overrides.status().message();
  EXPECT_EQ(overrides->params.at("one").axis, 1);
  EXPECT_EQ(overrides->params.at("two").axis, 3);
  EXPECT_TRUE(overrides->sections_known);
}

struct Bad {
  const char* name;
  const char* json;
  const char* message;
};

class MalformedOverrides : public ::testing::TestWithParam<Bad> {};

TEST_P(MalformedOverrides, FailWithTheReason) {
  const auto overrides = Read(GetParam().json);
  ASSERT_FALSE(overrides.ok());
  EXPECT_THAT(overrides.status().message(), HasSubstr(GetParam().message));
}

constexpr Bad kBad[] = {
    {"NoObject", "[]", "no JSON object"},
    {"NoParams", R"({"activation_encodings": {}})", "\"param_encodings\" is missing"},
    {"SectionIsText", R"({"activation_encodings": "x", "param_encodings": {}})",
     "activation_encodings"},
    {"EntryIsNumber", R"({"activation_encodings": {"t": 3}, "param_encodings": {}})", "'t'"},
    {"EmptyArray", R"({"activation_encodings": {"t": []}, "param_encodings": {}})", "'t'"},
    {"ArrayOfText", R"({"activation_encodings": {"t": ["x"]}, "param_encodings": {}})", "'t'"},
    {"NoBitwidth",
     R"({"activation_encodings": {"t": [{"min": 0, "max": 1}]}, "param_encodings": {}})",
     "bitwidth"},
    {"OddBitwidth",
     R"({"activation_encodings": {"t": [{"bitwidth": 99, "min": 0, "max": 1}]}, "param_encodings": {}})",
     "99"},
    {"NoMax",
     R"({"activation_encodings": {"t": [{"bitwidth": 8, "min": 0}]}, "param_encodings": {}})",
     "\"max\""},
    {"MinAboveMax",
     R"({"activation_encodings": {"t": [{"bitwidth": 8, "min": 2, "max": 1}]}, "param_encodings": {}})",
     "above max"},
    {"Contradiction",
     R"({"activation_encodings": {"t": [{"bitwidth": 8, "min": -1, "max": 1, "scale": 0.1, "offset": -128}]},
         "param_encodings": {}})",
     "contradict"},
    {"NegativeScale",
     R"({"activation_encodings": {"t": [{"bitwidth": 8, "min": -1, "max": 1, "scale": -1, "offset": -128}]},
         "param_encodings": {}})",
     "scale"},
    {"ScaleBeyondFloat32",
     R"({"activation_encodings": {"t": [{"bitwidth": 8, "scale": 1e300, "offset": 0}]},
         "param_encodings": {}})",
     "32 bits"},
    {"ScaleBelowFloat32",
     R"({"activation_encodings": {"t": [{"bitwidth": 8, "scale": 1e-50, "offset": 0}]},
         "param_encodings": {}})",
     "32 bits"},
    {"RangeBeyondFloat32",
     R"({"activation_encodings": {"t": [{"bitwidth": 8, "min": -1e308, "max": 1e308}]},
         "param_encodings": {}})",
     "32 bits"},
    {"FloatOf8Bits",
     R"({"activation_encodings": {"t": [{"bitwidth": 8, "dtype": "float"}]}, "param_encodings": {}})",
     "16 or 32"},
    {"ListWithoutName", R"({"activation_encodings": [{"bw": 8}], "param_encodings": []})",
     "\"name\""},
    {"Twice",
     R"({"activation_encodings": [{"name": "t", "bw": 8, "scale": [1], "offset": [0]},
                                  {"name": "t", "bw": 8, "scale": [1], "offset": [0]}],
         "param_encodings": []})",
     "two encodings"},
    {"Blockwise",
     R"({"activation_encodings": [], "param_encodings": [{"name": "w", "enc_type": "LPBQ", "bw": 4}]})",
     "not supported"},
    {"ScalesWithoutOffsets",
     R"({"activation_encodings": [{"name": "t", "bw": 8, "scale": [1]}], "param_encodings": []})",
     "1 scales and 0 offsets"},
    {"OffsetOutside",
     R"({"activation_encodings": [{"name": "t", "bw": 8, "scale": [1], "offset": [-300]}],
         "param_encodings": []})",
     "outside 8 bits"},
    {"Version2Blocks",
     R"({"encodings": [{"name": "w", "output_dtype": "int4", "y_scale": 1, "block_size": 32}]})",
     "blockwise"},
    {"Version2Nested",
     R"({"encodings": [{"name": "w", "output_dtype": "int4", "y_scale": [[1]]}]})", "y_scale"},
    {"Version2NoAxis",
     R"({"encodings": [{"name": "w", "output_dtype": "int4", "y_scale": [1, 2]}]})", "axis"},
    {"Version2NoType", R"({"encodings": [{"name": "w", "y_scale": 1}]})", "output_dtype"},
};

INSTANTIATE_TEST_SUITE_P(All, MalformedOverrides, ::testing::ValuesIn(kBad),
                         [](const auto& bad) { return std::string(bad.param.name); });

TEST(ReadOverrides, AMissingFileFails) {
  EXPECT_THAT(ReadOverrides("/nowhere/x.json").status().message(), HasSubstr("/nowhere/x.json"));
}

TEST(OverrideLookup, FindsBothSpellingsAndReportsStrangers) {
  TestGraph test;
  test.Input("conv_1", {1}).Floats("w", {1}, {1}).Node("Add", {"conv_1", "w"}, {"y"}).Output("y");
  Overrides overrides;
  overrides.activations["conv.1"].channels = {AsymmetricEncoding(0, 1, 8)};
  overrides.activations["y"].channels = {AsymmetricEncoding(0, 2, 8)};
  overrides.activations["gone"] = {};
  overrides.params["w"] = {};
  const OverrideLookup lookup(overrides, {{"conv_1", "conv.1"}});
  ASSERT_NE(lookup.Activation("conv_1"), nullptr);
  EXPECT_NE(lookup.Activation("y"), nullptr);
  EXPECT_NE(lookup.Param("w"), nullptr);
  EXPECT_NE(lookup.Param("y"), nullptr);
  EXPECT_EQ(lookup.Activation("w"), nullptr);
  EXPECT_THAT(lookup.UnknownIn(test.graph), ElementsAre("gone"));
}

}  // namespace
}  // namespace acc::quantize
