// SPDX-License-Identifier: BSD-3-Clause
#include "features/encodings/model_differences.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "features/encodings/dlc_testing.h"

namespace acc::features {
namespace {

using dlc::DataType;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> Told(const dlc::Model& first, const dlc::Model& second) {
  std::vector<std::string> told;
  for (const ModelDifference& row : CompareModels(first, second)) {
    told.push_back(row.kind + " " + row.name + " " + row.difference + ": " + row.first + " | " +
                   row.second);
  }
  return told;
}

dlc::Model Made() {
  dlc::Model model;
  dlc::Graph graph;
  graph.name = "net";
  graph.tensors = {Activation("x", DataType::kUfixed8, {1, 4}),
                   StaticTensor<float>(model, "w", DataType::kFloat32, {2}, {1, 2})};
  graph.nodes = {{.name = "conv", .type = "Conv2d", .inputs = {"x", "w"}, .outputs = {"y"}}};
  graph.nodes[0].attributes = {
      {"group", std::uint32_t{1}},
      {"stride", StaticTensor<std::uint32_t>(model, "s", DataType::kUint32, {2}, {2, 2})}};
  model.graphs.push_back(std::move(graph));
  return model;
}

TEST(CompareModelsTest, EqualModelsDifferInNothing) {
  EXPECT_THAT(Told(Made(), Made()), IsEmpty());
}

TEST(CompareModelsTest, TellsWhatChanged) {
  const dlc::Model first = Made();
  dlc::Model second = Made();
  dlc::Graph& graph = second.graphs[0];
  graph.name = "net2";
  graph.tensors[0].type = DataType::kUfixed16;
  graph.tensors[0].dims = {4, 1};
  graph.tensors[1] = StaticTensor<float>(second, "w", DataType::kFloat32, {2}, {1, 2.5});
  graph.nodes[0].type = "DepthWiseConv2d";
  graph.nodes[0].attributes[1].value =
      StaticTensor<std::uint32_t>(second, "s", DataType::kUint32, {2}, {1, 1});
  graph.nodes[0].attributes.push_back({"bias", true});
  graph.nodes.push_back({.name = "relu", .type = "Neuron", .inputs = {"y"}, .outputs = {"z"}});
  EXPECT_THAT(Told(first, second),
              ElementsAre("graph net name: net | net2", "node conv type: Conv2d | DepthWiseConv2d",
                          "node conv attribute bias:  | true",
                          "node conv attribute stride: [2, 2] | [1, 1]",
                          "node relu missing:  | Neuron of 1 inputs and 1 outputs",
                          "tensor x dims: 1x4 | 4x1", "tensor x data type: ufixed8 | ufixed16",
                          "tensor w values: 1 to 2 | 1 to 2.5"));
}

TEST(CompareModelsTest, ValuesMayDifferInsideTheirRange) {
  const dlc::Model first = Made();
  dlc::Model second = Made();
  second.graphs[0].tensors[1] = StaticTensor<float>(second, "w", DataType::kFloat32, {2}, {2, 1});
  EXPECT_THAT(Told(first, second), ElementsAre("tensor w values: 1 to 2 | 1 to 2, other values"));
}

TEST(CompareModelsTest, SeveralGraphsArePairedByName) {
  dlc::Model first = Made();
  first.graphs.push_back({.name = "old"});
  dlc::Model second;
  second.graphs = {first.graphs[0], {.name = "new"}};
  EXPECT_THAT(Told(first, second),
              ElementsAre("graph old missing: 0 nodes | ", "graph new missing:  | 0 nodes"));
}

TEST(AttributeTextTest, IsOneLine) {
  dlc::Model model;
  EXPECT_EQ(AttributeText({"a", std::uint32_t{7}}), "7");
  EXPECT_EQ(AttributeText({"a", -0.5F}), "-0.5");
  EXPECT_EQ(AttributeText({"a", std::string("x\ny")}), "x\\x0ay");
  const std::vector<float> many(20, 1);
  EXPECT_EQ(AttributeText({"a", StaticTensor(model, "t", DataType::kFloat32, {20}, many)}),
            "[1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, … (20 in all)]");
  EXPECT_EQ(AttributeText({"a", Activation("t", DataType::kUint32, {2})}), "2 uint32");
}

}  // namespace
}  // namespace acc::features
