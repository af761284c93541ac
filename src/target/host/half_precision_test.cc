// SPDX-License-Identifier: BSD-3-Clause
#include "target/host/half_precision.h"

#include <gtest/gtest.h>

#include <vector>

namespace acc::target {
namespace {

TEST(RoundedToHalf, RoundsWeightsInputsAndResults) {
  model::Graph graph;
  const std::vector<float> weight = {1.0F + 1.0F / 4096};
  graph.initializers["w"] = Tensor::FromFloats({1}, weight);
  graph.inputs = {{.name = "x", .type = ElementType::kFloat32, .dims = {1}}};
  graph.outputs = {{.name = "y", .type = ElementType::kFloat32, .dims = {1}}};
  model::Node node;
  node.op_type = "Mul";
  node.inputs = {"x", "w"};
  node.outputs = {"y"};
  graph.nodes = {node};
  const std::map<std::string, ValueInfo> types = {
      {"y", {.name = "y", .type = ElementType::kFloat32, .dims = {1}}}};

  const model::Graph half = RoundedToHalf(graph, types);
  EXPECT_EQ(half.initializers.at("w").values<float>()[0], 1.0F);
  ASSERT_EQ(half.nodes.size(), 5U);
  EXPECT_EQ(half.nodes[2].op_type, "Mul");
  EXPECT_NE(half.nodes[2].inputs[0], "x");
  EXPECT_EQ(half.nodes[4].outputs[0], "y");
}

TEST(RoundedToHalf, LeavesIntegersAlone) {
  model::Graph graph;
  graph.inputs = {{.name = "i", .type = ElementType::kInt64, .dims = {1}}};
  model::Node node;
  node.op_type = "Neg";
  node.inputs = {"i"};
  node.outputs = {"j"};
  graph.nodes = {node};
  const std::map<std::string, ValueInfo> types = {
      {"j", {.name = "j", .type = ElementType::kInt64}}};
  EXPECT_EQ(RoundedToHalf(graph, types).nodes.size(), 1U);
}

}  // namespace
}  // namespace acc::target
