// SPDX-License-Identifier: BSD-3-Clause
#include "quantize/operators.h"

#include <gtest/gtest.h>

namespace acc::quantize {
namespace {

model::Node Node(std::string op_type, std::vector<std::string> inputs = {"x"}) {
  model::Node node;
  node.op_type = std::move(op_type);
  node.inputs = std::move(inputs);
  node.outputs = {"y"};
  return node;
}

model::Graph WithScalar(float value) {
  model::Graph graph;
  graph.initializers["c"] = Tensor::FromFloats({}, std::vector<float>{value});
  return graph;
}

TEST(RoleOf, TellsDataFromShapesAndWeights) {
  EXPECT_EQ(RoleOf(Node("Conv"), 0), InputRole::kData);
  EXPECT_EQ(RoleOf(Node("Conv"), 1), InputRole::kWeight);
  EXPECT_EQ(RoleOf(Node("Conv"), 2), InputRole::kBias);
  EXPECT_EQ(RoleOf(Node("Reshape"), 1), InputRole::kPlain);
  EXPECT_EQ(RoleOf(Node("Resize"), 2), InputRole::kPlain);
  EXPECT_EQ(RoleOf(Node("Clip"), 2), InputRole::kPlain);
  EXPECT_EQ(RoleOf(Node("Pad"), 2), InputRole::kPlain);
  EXPECT_EQ(RoleOf(Node("DynamicQuantizeLSTM"), 0), InputRole::kData);
  EXPECT_EQ(RoleOf(Node("DynamicQuantizeLSTM"), 3), InputRole::kPlain);
  EXPECT_EQ(RoleOf(Node("Mul"), 1), InputRole::kData);
  EXPECT_EQ(RoleOf(Node("Concat"), 40), InputRole::kData);
  EXPECT_EQ(RoleOf(Node("NobodyKnowsThis"), 3), InputRole::kData);
}

TEST(OutputRangeOf, DataMovementKeepsTheRange) {
  const model::Graph graph;
  for (const char* op_type : {"Reshape", "Transpose", "MaxPool", "Slice", "Gather", "Split"}) {
    EXPECT_EQ(OutputRangeOf(graph, Node(op_type)), OutputRange::kOfInput) << op_type;
  }
  for (const char* op_type : {"Add", "Concat", "AveragePool", "Conv", "Softmax"}) {
    EXPECT_EQ(OutputRangeOf(graph, Node(op_type)), OutputRange::kOwn) << op_type;
  }
  for (const char* op_type : {"If", "Loop", "Scan", "Shape"}) {
    EXPECT_EQ(OutputRangeOf(graph, Node(op_type)), OutputRange::kFloat) << op_type;
  }
}

TEST(OutputRangeOf, OnlyANearestResizeKeepsIt) {
  model::Node resize = Node("Resize");
  EXPECT_EQ(OutputRangeOf({}, resize), OutputRange::kOfInput);
  resize.attributes["mode"] = std::string("linear");
  EXPECT_EQ(OutputRangeOf({}, resize), OutputRange::kOwn);
}

TEST(OutputRangeOf, PadKeepsItWhereZeroIsAdded) {
  EXPECT_EQ(OutputRangeOf({}, Node("Pad", {"x", "pads"})), OutputRange::kOfInput);
  EXPECT_EQ(OutputRangeOf(WithScalar(0), Node("Pad", {"x", "p", "c"})), OutputRange::kOfInput);
  EXPECT_EQ(OutputRangeOf(WithScalar(-9), Node("Pad", {"x", "p", "c"})), OutputRange::kOfAll);
  EXPECT_EQ(OutputRangeOf({}, Node("Pad", {"x", "p", "computed"})), OutputRange::kOfAll);
  model::Node reflect = Node("Pad", {"x", "p", "computed"});
  reflect.attributes["mode"] = std::string("reflect");
  EXPECT_EQ(OutputRangeOf({}, reflect), OutputRange::kOfInput);
}

TEST(IsReluLike, TakesReluAndClipsFromZeroUp) {
  EXPECT_TRUE(IsReluLike({}, Node("Relu")));
  EXPECT_FALSE(IsReluLike({}, Node("LeakyRelu")));
  EXPECT_FALSE(IsReluLike({}, Node("Clip")));
  EXPECT_TRUE(IsReluLike(WithScalar(0), Node("Clip", {"x", "c"})));
  EXPECT_FALSE(IsReluLike(WithScalar(-1), Node("Clip", {"x", "c"})));
  EXPECT_FALSE(IsReluLike({}, Node("Clip", {"x", "computed"})));
  EXPECT_FALSE(IsReluLike({}, Node("Clip", {"x", "", "c"})));
  model::Node old = Node("Clip");
  old.attributes["min"] = 0.0F;
  EXPECT_TRUE(IsReluLike({}, old));
}

TEST(ChannelAxis, IsThatOfTheOutputChannels) {
  EXPECT_EQ(ChannelAxis(Node("Conv"), 1, 4), 0);
  EXPECT_EQ(ChannelAxis(Node("Conv"), 2, 1), std::nullopt);
  EXPECT_EQ(ChannelAxis(Node("Gemm"), 1, 2), 1);
  model::Node gemm = Node("Gemm");
  gemm.attributes["transB"] = std::int64_t{1};
  EXPECT_EQ(ChannelAxis(gemm, 1, 2), 0);
  EXPECT_EQ(ChannelAxis(Node("MatMul"), 1, 2), 1);
  EXPECT_EQ(ChannelAxis(Node("MatMul"), 0, 2), std::nullopt);
  EXPECT_EQ(ChannelAxis(Node("MatMul"), 1, 3), std::nullopt);
  EXPECT_EQ(ChannelAxis(Node("ConvTranspose"), 1, 4), 1);
  model::Node grouped = Node("ConvTranspose");
  grouped.attributes["group"] = std::int64_t{2};
  EXPECT_EQ(ChannelAxis(grouped, 1, 4), std::nullopt);
  EXPECT_EQ(ChannelAxis(Node("LSTM"), 1, 3), std::nullopt);
}

}  // namespace
}  // namespace acc::quantize
