// SPDX-License-Identifier: BSD-3-Clause
#include "features/dlc_info/dlc_info.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "features/encodings/dlc_testing.h"

namespace acc::features {
namespace {

using dlc::DataType;
using testing::HasSubstr;
using testing::Not;

// A convolution of 3x3x2x4 weights to 1x5x5x4 and an operator of its own, with hostile names.
ModelFile Made() {
  ModelFile file{.path = "a.dlc", .bytes = 1234567};
  dlc::Model& model = file.model;
  model.converter_command = "converter --input \x1b[2J";
  model.notes = {"the encoding of 'v' is left out\x07"};
  model.records = {{"model", 100}, {"htp.cache", 2000000}};
  dlc::Graph graph;
  graph.name = "net";
  graph.tensors = {
      With(Activation("x", DataType::kUfixed8, {1, 7, 7, 2}), PerTensor(0.5, -10)),
      With(StaticTensor(model, "w", DataType::kSfixed8, {3, 3, 2, 4},
                        std::vector<std::int8_t>(72, 3)),
           PerChannel({1, 2, 3, 4}, 3)),
      With(Activation("y", DataType::kUfixed8, {1, 5, 5, 4}), PerTensor(0.25, 0)),
      Activation("=z\n\xff" + std::string(150, 'z'), DataType::kUfixed8, {1, 5, 5, 4})};
  graph.tensors[0].kind = dlc::TensorKind::kInput;
  graph.nodes = {{.name = "conv",
                  .type = "Conv2d",
                  .package = "qti.aisw",
                  .inputs = {"x", "w"},
                  .outputs = {"y"}},
                 {.name = "own", .type = "Own", .inputs = {"y"}, .outputs = {"nowhere"}}};
  graph.nodes[0].attributes = {
      {"group", std::uint32_t{1}},
      {"stride", StaticTensor<std::uint32_t>(model, "s", DataType::kUint32, {2}, {1, 4294967295})}};
  model.graphs.push_back(std::move(graph));
  return file;
}

TEST(TotalsTest, CountParametersAndMacs) {
  const ModelFile file = Made();
  const Totals totals = TotalsOf(file.model.graphs[0]);
  EXPECT_EQ(totals.parameters, 72U);
  EXPECT_EQ(totals.bytes, 72U);
  EXPECT_EQ(totals.macs, 25U * 72);
  EXPECT_EQ(totals.nodes_with_macs, 1U);
}

TEST(MacsTest, OfEachOperator) {
  const dlc::Tensor image = Activation("x", DataType::kFloat32, {1, 4, 4, 3});
  const dlc::Tensor matrix = Activation("m", DataType::kFloat32, {2, 5, 7});
  const dlc::Tensor weight = Activation("w", DataType::kFloat32, {2, 2, 3, 6});
  const dlc::Tensor dense = Activation("d", DataType::kFloat32, {9, 7});
  const dlc::Tensor result = Activation("y", DataType::kFloat32, {2, 5, 9});
  const TensorsByName tensors = {
      {"x", &image}, {"m", &matrix}, {"w", &weight}, {"d", &dense}, {"y", &result}};
  const auto macs = [&](dlc::Node node) { return MultiplyAccumulates(node, tensors); };
  EXPECT_EQ(macs({.type = "TransposeConv2d", .inputs = {"x", "w"}, .outputs = {"y"}}), 16U * 72);
  EXPECT_EQ(macs({.type = "FullyConnected", .inputs = {"m", "d"}, .outputs = {"y"}}), 10U * 63);
  EXPECT_EQ(macs({.type = "MatMul", .inputs = {"m", "d"}, .outputs = {"y"}}), 90U * 7);
  dlc::Node transposed = {.type = "MatMul", .inputs = {"m", "d"}, .outputs = {"y"}};
  transposed.attributes = {{"transpose_in0", true}};
  EXPECT_EQ(macs(transposed), 90U * 5);
  EXPECT_EQ(macs({.type = "Conv2d", .inputs = {"x"}, .outputs = {"y"}}), std::nullopt);
  EXPECT_EQ(macs({.type = "Conv2d", .inputs = {"x", "w"}, .outputs = {"?"}}), std::nullopt);
  EXPECT_EQ(macs({.type = "Relu", .inputs = {"x"}, .outputs = {"y"}}), std::nullopt);
}

TEST(MacsTest, OfRecurrentLayersStatesApart) {
  const dlc::Tensor steps = Activation("x", DataType::kFloat32, {10, 2, 7});
  const dlc::Tensor weight = Activation("w", DataType::kFloat32, {3, 7});
  const dlc::Tensor recurrence = Activation("r", DataType::kFloat32, {3, 3});
  const dlc::Tensor state = Activation("h", DataType::kFloat32, {2, 3});
  const dlc::Tensor bias = Activation("b", DataType::kFloat32, {3});
  const dlc::Tensor null = Activation("null", DataType::kFloat32, {0});
  const TensorsByName tensors = {{"x", &steps}, {"w", &weight}, {"r", &recurrence},
                                 {"h", &state}, {"b", &bias},   {"null", &null}};
  const auto macs = [&](dlc::Node node) { return MultiplyAccumulates(node, tensors); };
  EXPECT_EQ(macs({.type = "Gru",
                  .inputs = {"x", "w", "w", "w", "r", "r", "r", "b", "b", "b", "b", "b", "b", "h"},
                  .outputs = {"y"}}),
            20U * 3 * (21 + 9));
  EXPECT_EQ(macs({.type = "Lstm",
                  .inputs = {"x", "w",    "w",    "w",    "r",    "r", "r", "b", "b", "b", "h",
                             "h", "null", "null", "null", "null", "w", "r", "b", "b", "b", "b"},
                  .outputs = {"y"}}),
            20U * 4 * (21 + 9));
  EXPECT_EQ(macs({.type = "Lstm", .inputs = {"x"}, .outputs = {"y"}}), std::nullopt);
}

TEST(MacsTest, OfNodesUnderOnnxNames) {
  const dlc::Tensor steps = Activation("x", DataType::kFloat32, {10, 2, 7});
  const dlc::Tensor weight = Activation("w", DataType::kFloat32, {1, 3, 7});
  const dlc::Tensor recurrence = Activation("r", DataType::kFloat32, {1, 3, 3});
  const TensorsByName tensors = {{"x", &steps}, {"w", &weight}, {"r", &recurrence}};
  const dlc::Node node = {
      .type = "RNN", .package = "ai.onnx", .inputs = {"x", "w", "r"}, .outputs = {"y"}};
  EXPECT_EQ(MultiplyAccumulates(node, tensors), 20U * (21 + 9));
}

TEST(MacsTest, HugeDimsAreNoNumber) {
  const std::int64_t huge = std::int64_t{1} << 40;
  const dlc::Tensor all = Activation("x", DataType::kFloat32, {1, huge, 2});
  const TensorsByName tensors = {{"x", &all}};
  EXPECT_EQ(
      MultiplyAccumulates({.type = "Conv2d", .inputs = {"x", "x"}, .outputs = {"x"}}, tensors),
      std::nullopt);
}

TEST(DlcInfoTextTest, SaysEverythingSafely) {
  const std::string text = DlcInfoText(Made());
  for (const char* part :
       {"a.dlc: format 4.1, 1,234,567 bytes", "converter --input \\x1b[2J", "htp.cache  2,000,000",
        "Note: the encoding of 'v' is left out\\x07\n", "Graph net: 2 layers, 4 tensors",
        "Parameters: 72 in 72 bytes", "MACs: 1,800 in 1 layers", "group=1; stride=[1, 4294967295]",
        "  in  x", "  out nowhere", "8 bit, -5 to 122.5, scale 0.5, offset -10",
        "8 bit, axis 3, 4 channels, scales 1\n", "=z\\x0a\\xff", "NHWC"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST(DlcInfoTextTest, FitsATerminalWhereNamesDo) {
  for (const std::string& line : Split(DlcInfoText(Made()), '\n')) {
    if (line.find("zzz") == std::string::npos) {
      EXPECT_LE(line.size(), 120U) << line;
    }
    EXPECT_FALSE(line.ends_with(' ')) << line;
  }
}

TEST(DlcInfoJsonTest, HoldsEverything) {
  const Json json = DlcInfoJson(Made());
  EXPECT_EQ(json["schema"], 1);
  EXPECT_EQ(json["notes"].size(), 1U);
  EXPECT_EQ(json["records"][1], (Json{{"name", "htp.cache"}, {"bytes", 2000000}}));
  const Json& graph = json["graphs"][0];
  EXPECT_EQ(graph["totals"]["macs"], 1800);
  EXPECT_EQ(graph["nodes"][0]["attributes"]["group"], 1);
  EXPECT_EQ(graph["nodes"][0]["attribute_types"]["group"], "uint32");
  EXPECT_EQ(graph["nodes"][0]["attribute_types"]["stride"], "uint32");
  EXPECT_EQ(graph["nodes"][0]["attributes"]["stride"]["values"], Json::array({1, 4294967295}));
  EXPECT_EQ(graph["nodes"][0]["macs"], 1800);
  EXPECT_TRUE(graph["nodes"][1]["macs"].is_null());
  const Json& weight = graph["tensors"][1];
  EXPECT_EQ(weight["kind"], "static");
  EXPECT_EQ(weight["data_type"], "sfixed8");
  EXPECT_EQ(weight["dims"], Json::array({3, 3, 2, 4}));
  EXPECT_EQ(weight["data_bytes"], 72);
  EXPECT_THAT(weight["data_crc32"].get<std::string>(), ::testing::MatchesRegex("[0-9a-f]{8}"));
  EXPECT_TRUE(graph["tensors"][0]["data_crc32"].is_null());
  EXPECT_EQ(weight["encoding"]["axis"], 3);
  EXPECT_EQ(weight["encoding"]["channels"][3]["scale"], 4.0);
  EXPECT_EQ(weight["statistics"], (Json{{"min", 3.0}, {"max", 12.0}, {"not_finite", 0}}));
  EXPECT_EQ(graph["tensors"][0]["layout"], "NHWC");
  EXPECT_TRUE(graph["tensors"][0]["statistics"].is_null());
  EXPECT_EQ(graph["tensors"][0]["encoding"]["channels"][0]["offset"], -10);
}

TEST(DlcInfoJsonTest, NumbersThatAreNoneAreCounted) {
  ModelFile file;
  dlc::Graph& graph = file.model.graphs.emplace_back();
  graph.tensors = {
      StaticTensor<float>(file.model, "w", DataType::kFloat32, {3}, {NAN, INFINITY, 2}),
      StaticTensor<float>(file.model, "v", DataType::kFloat32, {1}, {NAN})};
  graph.nodes = {{.name = "n", .type = "Neuron"}};
  graph.nodes[0].attributes = {{"max_value", INFINITY}, {"min_value", 0.5F}};
  const Json json = DlcInfoJson(file);
  const Json& tensors = json["graphs"][0]["tensors"];
  EXPECT_EQ(tensors[0]["statistics"], (Json{{"min", 2.0}, {"max", 2.0}, {"not_finite", 2}}));
  EXPECT_TRUE(tensors[1]["statistics"]["min"].is_null());
  EXPECT_EQ(json["graphs"][0]["nodes"][0]["attributes"],
            (Json{{"max_value", "inf"}, {"min_value", 0.5}}));
}

}  // namespace
}  // namespace acc::features
