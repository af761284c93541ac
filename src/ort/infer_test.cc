// SPDX-License-Identifier: BSD-3-Clause
#include "ort/infer.h"

#include <gtest/gtest.h>

#include "model/graph_testing.h"

namespace acc::ort {
namespace {

using model::MakeNode;

TEST(InferTypes, ToldWithoutTheWeightsValues) {
  model::Graph graph;
  graph.name = "conv";
  graph.opsets[""] = 13;
  const std::vector<float> weights(64 * 3 * 3 * 3, 0.1F);
  graph.initializers["w"] = Tensor::FromFloats({64, 3, 3, 3}, weights);
  graph.inputs = {{.name = "x", .type = ElementType::kFloat32, .dims = {1, 3, 8, 8}}};
  graph.nodes = {MakeNode("Conv", {"x", "w"}, "c"), MakeNode("Shape", {"c"}, "s")};
  graph.outputs = {{.name = "s", .type = ElementType::kInt64, .dims = {4}}};
  const auto types = InferTypes(graph, {});
  ASSERT_TRUE(types.ok()) << types.status().message();
  EXPECT_EQ(types->at("c").dims, (Shape{1, 64, 6, 6}));
  EXPECT_EQ(types->at("s").type, ElementType::kInt64);
  EXPECT_EQ(types->at("x").dims, (Shape{1, 3, 8, 8}));
}

TEST(Evaluate, ComputesConstants) {
  model::Graph graph;
  graph.name = "constants";
  graph.opsets[""] = 13;
  const std::vector<float> values = {1, 2};
  graph.initializers["a"] = Tensor::FromFloats({2}, values);
  graph.nodes = {MakeNode("Add", {"a", "a"}, "b")};
  graph.outputs = {{.name = "b", .has_rank = false}};
  const auto constants = Evaluate(graph, {});
  ASSERT_TRUE(constants.ok()) << constants.status().message();
  EXPECT_EQ(constants->at("b").values<float>()[1], 4.0F);
}

}  // namespace
}  // namespace acc::ort
