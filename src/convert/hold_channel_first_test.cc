// SPDX-License-Identifier: BSD-3-Clause
#include <gmock/gmock.h>

#include "convert/convert.h"
#include "convert/convert_testing.h"
#include "model/onnx/operators.h"

namespace acc::convert {
namespace {

using ::testing::ElementsAre;
using Axes = std::vector<std::int64_t>;

const Axes kToFirst = {0, 3, 1, 2};
const Axes kToLast = {0, 2, 3, 1};

// x [1, 4, 5, 3] -> Transpose -> Conv -> Transpose -> "conv", then `more` nodes up to "y".
model::Graph WithImage(std::vector<model::Node> more, FakeOracle& oracle) {
  std::vector<model::Node> nodes = {
      MakeNode("Transpose", {"x"}, {"moved"}, {{"perm", kToFirst}}),
      MakeNode("Conv", {"moved", "w"}, {"conv_first"}),
      MakeNode("Transpose", {"conv_first"}, {"conv"}, {{"perm", kToLast}})};
  for (model::Node& node : more) nodes.push_back(std::move(node));
  model::Graph graph = MakeGraph(std::move(nodes), {"y"});
  graph.inputs = {Floats("x", {1, 4, 5, 3})};
  graph.initializers["w"] = FloatTensor({3, 3, 1, 1}, std::vector<float>(9, 1));
  graph.source_tensors["x"] = {.type = ElementType::kFloat32};
  for (const model::Node& node : graph.nodes) {
    const bool is_own = node.outputs[0] == "moved" || node.outputs[0] == "conv_first";
    if (!is_own) graph.source_tensors[node.outputs[0]] = {.type = ElementType::kFloat32};
  }
  oracle.dims["moved"] = oracle.dims["conv_first"] = {1, 3, 4, 5};
  oracle.dims["conv"] = {1, 4, 5, 3};
  return graph;
}

TargetGraph Converted(const model::Graph& graph, FakeOracle& oracle) {
  auto target = Convert(graph, {.fold_batch_norm = false}, oracle);
  EXPECT_TRUE(target.ok()) << target.status().message();
  return std::move(target).value();
}

std::vector<std::string> Types(const TargetGraph& target) {
  std::vector<std::string> types;
  for (const model::Node& node : target.graph.nodes) types.push_back(node.op_type);
  return types;
}

TEST(HoldChannelFirstTest, ElementWiseOperatorsFollowAnImage) {
  FakeOracle oracle;
  model::Graph graph = WithImage(
      {MakeNode("Add", {"conv", "bias"}, {"sum"}), MakeNode("Relu", {"sum"}, {"y"})}, oracle);
  graph.initializers["bias"] = FloatTensor({3}, {1, 2, 3});
  const TargetGraph target = Converted(graph, oracle);
  EXPECT_THAT(Types(target), ElementsAre("Transpose", "Conv", "Add", "Relu", "Transpose"));
  EXPECT_EQ(target.graph.nodes[1].outputs[0], "conv");
  EXPECT_EQ(target.tensors.at("conv").held, AxisOrder::kChannelFirst);
  EXPECT_EQ(target.tensors.at("sum").held, AxisOrder::kChannelFirst);
  EXPECT_EQ(target.tensors.at("sum").axis_order, AxisOrder::kSource);
  EXPECT_EQ(target.tensors.at("y").held, AxisOrder::kSource) << "an output stays as it was";
  EXPECT_EQ(target.graph.initializers.at(target.graph.nodes[2].inputs[1]).dims(),
            (Shape{1, 3, 1, 1}));
}

TEST(HoldChannelFirstTest, EveryElementWiseOperatorFollowsAnImage) {
  for (const model::OperatorInfo& row : model::Operators()) {
    if (row.axes != model::AxisUse::kElementWise || row.least_inputs != 1) continue;
    FakeOracle oracle;
    const TargetGraph target = Converted(
        WithImage({MakeNode(row.op_type, {"conv"}, {"e"}), MakeNode("Neg", {"e"}, {"y"})}, oracle),
        oracle);
    if (row.op_type == "Cast" || row.op_type == "Identity") continue;  // Removed.
    ASSERT_TRUE(target.tensors.contains("e")) << row.op_type;
    EXPECT_EQ(target.tensors.at("e").held, AxisOrder::kChannelFirst) << row.op_type;
  }
}

TEST(HoldChannelFirstTest, AxesAreRenumbered) {
  FakeOracle oracle;
  model::Graph graph =
      WithImage({MakeNode("Softmax", {"conv"}, {"soft"}, {{"axis", std::int64_t{-1}}}),
                 MakeNode("Concat", {"soft", "conv"}, {"joined"}, {{"axis", std::int64_t{2}}}),
                 MakeNode("Pad", {"joined", "pads"}, {"padded"}),
                 MakeNode("ReduceMean", {"padded", "axes"}, {"y"})},
                oracle);
  graph.initializers["pads"] = Int64Tensor({8}, {0, 1, 2, 3, 4, 5, 6, 7});
  graph.initializers["axes"] = Int64Tensor({2}, {1, 3});
  const TargetGraph target = Converted(graph, oracle);
  EXPECT_THAT(Types(target), ElementsAre("Transpose", "Conv", "Softmax", "Concat", "Pad",
                                         "ReduceMean", "Transpose"));
  const auto& nodes = target.graph.nodes;
  EXPECT_EQ(nodes[2].Get<std::int64_t>("axis", 0), 1);
  EXPECT_EQ(nodes[3].Get<std::int64_t>("axis", 0), 3);
  EXPECT_THAT(target.graph.initializers.at(nodes[4].inputs[1]).values<std::int64_t>(),
              ElementsAre(0, 3, 1, 2, 4, 7, 5, 6));
  EXPECT_THAT(target.graph.initializers.at(nodes[5].inputs[1]).values<std::int64_t>(),
              ElementsAre(2, 1));
}

TEST(HoldChannelFirstTest, AMeanOverAllPlacesNeedsNoTranspose) {
  FakeOracle oracle;
  model::Graph graph = WithImage(
      {MakeNode("ReduceMean", {"conv", "axes"}, {"y"}, {{"keepdims", std::int64_t{0}}})}, oracle);
  graph.initializers["axes"] = Int64Tensor({2}, {1, 2});
  oracle.dims["y"] = {1, 3};
  EXPECT_THAT(Types(Converted(graph, oracle)), ElementsAre("Transpose", "Conv", "ReduceMean"));
  graph.initializers["axes"] = Int64Tensor({1}, {1});
  oracle.dims["y"] = {1, 5, 3};
  EXPECT_THAT(Types(Converted(graph, oracle)),
              ElementsAre("Transpose", "Conv", "Transpose", "ReduceMean"))
      << "what is left has another order";
}

TEST(HoldChannelFirstTest, OtherOperatorsReadWhatTheFileHas) {
  FakeOracle oracle;
  model::Graph graph = WithImage({MakeNode("Reshape", {"conv", "shape"}, {"y"})}, oracle);
  graph.initializers["shape"] = Int64Tensor({2}, {1, 60});
  oracle.dims["y"] = {1, 60};
  const TargetGraph target = Converted(graph, oracle);
  EXPECT_THAT(Types(target), ElementsAre("Transpose", "Conv", "Transpose", "Reshape"));
  EXPECT_EQ(target.graph.nodes[3].inputs[0], target.graph.nodes[2].outputs[0]);
}

TEST(HoldChannelFirstTest, OneTransposeServesAllReadersOfAnInput) {
  FakeOracle oracle;
  model::Graph graph =
      WithImage({MakeNode("Transpose", {"x"}, {"again"}, {{"perm", kToFirst}}),
                 MakeNode("Conv", {"again", "w"}, {"other_first"}),
                 MakeNode("Transpose", {"other_first"}, {"other"}, {{"perm", kToLast}}),
                 MakeNode("Mul", {"conv", "other"}, {"y"})},
                oracle);
  graph.source_tensors.erase("again");
  graph.source_tensors.erase("other_first");
  oracle.dims["again"] = oracle.dims["other_first"] = {1, 3, 4, 5};
  oracle.dims["other"] = {1, 4, 5, 3};
  EXPECT_THAT(Types(Converted(graph, oracle)),
              ElementsAre("Transpose", "Conv", "Conv", "Mul", "Transpose"));
}

TEST(HoldChannelFirstTest, GraphsInOnnxsOwnOrderStayAsTheyAre) {
  FakeOracle oracle;
  model::Graph graph = WithImage({MakeNode("Relu", {"conv"}, {"y"})}, oracle);
  graph.source_tensors.clear();
  EXPECT_THAT(Types(Converted(graph, oracle)),
              ElementsAre("Transpose", "Conv", "Transpose", "Relu"));
}

}  // namespace
}  // namespace acc::convert
