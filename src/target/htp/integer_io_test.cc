// SPDX-License-Identifier: BSD-3-Clause
#include "target/htp/integer_io.h"

#include <gtest/gtest.h>

#include <vector>

#include "model/graph_testing.h"

namespace acc::target {
namespace {

using model::MakeNode;

// x -> Q -> DQ -> Relu -> Q -> DQ -> y
model::Graph Chain() {
  model::Graph graph;
  const std::vector<float> scale = {0.5F};
  const std::vector<std::uint8_t> zero = {128};
  graph.initializers["s"] = Tensor::FromFloats({}, scale);
  graph.initializers["z"] = Tensor::FromValues<std::uint8_t>(ElementType::kUint8, {}, zero);
  graph.inputs = {{.name = "x", .type = ElementType::kFloat32, .dims = {2}}};
  graph.outputs = {{.name = "y", .type = ElementType::kFloat32, .dims = {2}}};
  graph.nodes = {MakeNode("QuantizeLinear", {"x", "s", "z"}, "x_q"),
                 MakeNode("DequantizeLinear", {"x_q", "s", "z"}, "x_dq"),
                 MakeNode("Relu", {"x_dq"}, "r"),
                 MakeNode("QuantizeLinear", {"r", "s", "z"}, "r_q"),
                 MakeNode("DequantizeLinear", {"r_q", "s", "z"}, "y")};
  return graph;
}

TEST(WithIntegerIo, MovesTheEdgesOut) {
  const IntegerIo io = WithIntegerIo(Chain());
  ASSERT_EQ(io.graph.nodes.size(), 3U);
  EXPECT_EQ(io.graph.nodes[0].op_type, "DequantizeLinear");
  EXPECT_EQ(io.graph.nodes[2].op_type, "QuantizeLinear");
  EXPECT_EQ(io.graph.inputs[0].name, "x_q");
  EXPECT_EQ(io.graph.inputs[0].type, ElementType::kUint8);
  EXPECT_EQ(io.graph.outputs[0].name, "r_q");
  const Encoding& encoding = io.inputs.at("x").encoding.channels[0];
  EXPECT_EQ(encoding.offset, -128);
  EXPECT_DOUBLE_EQ(encoding.min, -64);
  EXPECT_DOUBLE_EQ(encoding.max, 63.5);
}

TEST(WithIntegerIo, KeepsAnInputThatOthersRead) {
  model::Graph graph = Chain();
  graph.nodes.push_back(MakeNode("Identity", {"x"}, "copy"));
  const IntegerIo io = WithIntegerIo(graph);
  EXPECT_EQ(io.graph.inputs[0].name, "x");
  EXPECT_TRUE(io.inputs.empty());
}

TEST(WithIntegerIo, KeepsADequantizationThatOthersRead) {
  model::Graph graph = Chain();
  graph.nodes.push_back(MakeNode("Identity", {"y"}, "copy"));
  const IntegerIo io = WithIntegerIo(graph);
  EXPECT_EQ(io.graph.outputs[0].name, "r_q");
  EXPECT_EQ(io.graph.nodes.size(), 5U);
}

}  // namespace
}  // namespace acc::target
