// SPDX-License-Identifier: BSD-3-Clause
#include "convert/axis_order.h"

#include <gmock/gmock.h>

#include "convert/convert.h"
#include "convert/convert_testing.h"

namespace acc::convert {
namespace {

// Input "x" of rank `rank`, a Conv, and what follows it.
std::map<std::string, AxisOrder> Orders(std::vector<model::Node> nodes,
                                        std::map<std::string, Shape> dims, std::size_t rank = 4) {
  nodes.insert(nodes.begin(), MakeNode("Conv", {"x", "w"}, {"conv"}));
  nodes.push_back(MakeNode("Shape", {nodes.back().outputs[0]}, {"y"}));
  model::Graph graph = MakeGraph(std::move(nodes), {"y"});
  graph.inputs[0].dims = Shape(rank, 8);
  graph.initializers["w"] = FloatTensor({1}, {1});
  FakeOracle oracle;
  oracle.dims = std::move(dims);
  auto target = Convert(graph, {.fold_batch_norm = false, .fold_constants = false}, oracle);
  EXPECT_TRUE(target.ok()) << target.status().message();
  std::map<std::string, AxisOrder> orders;
  for (const auto& [name, tensor] : target->tensors) orders[tensor.source] = tensor.axis_order;
  return orders;
}

TEST(AxisOrderTest, SpatialOperatorsAreChannelLastFromRank3To5) {
  for (std::size_t rank = 2; rank <= 6; ++rank) {
    const auto expected = rank >= 3 && rank <= 5 ? AxisOrder::kChannelLast : AxisOrder::kSource;
    const auto orders = Orders({MakeNode("Relu", {"conv"}, {"a"})}, {}, rank);
    EXPECT_EQ(orders.at("conv"), expected) << rank;
    EXPECT_EQ(orders.at("a"), expected) << rank;
    EXPECT_EQ(orders.at("x"), AxisOrder::kSource) << rank;
  }
}

TEST(AxisOrderTest, OperatorsWithoutAnOpinionFollowWhatTheyRead) {
  const auto orders = Orders(
      {MakeNode("Sigmoid", {"x"}, {"from_input"}), MakeNode("Add", {"from_input", "conv"}, {"sum"}),
       MakeNode("Concat", {"sum", "from_input"}, {"both"}),
       MakeNode("ReduceMean", {"both"}, {"kept"}), MakeNode("ReduceMean", {"kept"}, {"dropped"}),
       MakeNode("Relu", {"dropped"}, {"after"})},
      {{"dropped", {8, 8}}});
  EXPECT_EQ(orders.at("from_input"), AxisOrder::kSource);
  EXPECT_EQ(orders.at("sum"), AxisOrder::kChannelLast);
  EXPECT_EQ(orders.at("both"), AxisOrder::kChannelLast);
  EXPECT_EQ(orders.at("kept"), AxisOrder::kChannelLast);
  EXPECT_EQ(orders.at("dropped"), AxisOrder::kSource);
  EXPECT_EQ(orders.at("after"), AxisOrder::kSource);
}

TEST(AxisOrderTest, OtherOperatorsMakeTheSourcesOrder) {
  for (const char* op_type : {"Reshape", "Transpose", "MatMul", "Gather", "NobodyKnowsThis"}) {
    const auto orders = Orders({MakeNode(op_type, {"conv"}, {"a"}), MakeNode("Relu", {"a"}, {"b"})},
                               {{"a", {4, 4, 4, 64}}});
    EXPECT_EQ(orders.at("a"), AxisOrder::kSource) << op_type;
    EXPECT_EQ(orders.at("b"), AxisOrder::kSource) << op_type;
  }
}

TEST(AxisOrderTest, SoftmaxFollowsOnlyAlongTheChannels) {
  const auto orders =
      Orders({MakeNode("Softmax", {"conv"}, {"channels"}, {{"axis", std::int64_t{1}}}),
              MakeNode("Softmax", {"channels"}, {"also"}, {{"axis", std::int64_t{-3}}}),
              MakeNode("Softmax", {"also"}, {"last"})},
             {});
  EXPECT_EQ(orders.at("channels"), AxisOrder::kChannelLast);
  EXPECT_EQ(orders.at("also"), AxisOrder::kChannelLast);
  EXPECT_EQ(orders.at("last"), AxisOrder::kSource);
}

TEST(AxisOrderTest, OutputsKeepTheSourcesOrderAndTheirReadersDoNot) {
  model::Graph graph = MakeGraph({MakeNode("Conv", {"x", "w"}, {"y"}),
                                  MakeNode("Relu", {"y"}, {"a"}), MakeNode("Neg", {"a"}, {"z"})},
                                 {"y", "z"});
  graph.inputs[0].dims = {1, 3, 8, 8};
  graph.initializers["w"] = FloatTensor({1}, {1});
  FakeOracle oracle;
  const auto target = Convert(graph, {}, oracle);
  ASSERT_TRUE(target.ok()) << target.status().message();
  EXPECT_EQ(target->tensors.at("y").axis_order, AxisOrder::kSource);
  EXPECT_EQ(target->tensors.at("a").axis_order, AxisOrder::kChannelLast);
  EXPECT_EQ(target->tensors.at("z").axis_order, AxisOrder::kSource);
  EXPECT_EQ(target->tensors.at("a").info.dims, (Shape{1, 3, 8, 8})) << "dims stay the source's";
}

// x [1, 8, 8, 4] of a channel-last file, moved to channel-first for a Conv whose output the file
// has.
TEST(AxisOrderTest, ATranslatedFileIsWrittenAsItIs) {
  model::Graph graph =
      MakeGraph({MakeNode("Transpose", {"x"}, {"moved"}),
                 MakeNode("Conv", {"moved", "w"}, {"conv"}), MakeNode("Shape", {"conv"}, {"y"})},
                {"y"});
  graph.nodes[0].attributes["perm"] = std::vector<std::int64_t>{0, 3, 1, 2};
  graph.inputs[0].dims = {1, 8, 8, 4};
  graph.initializers["w"] = FloatTensor({1}, {1});
  graph.source_tensors["x"] = {.type = ElementType::kFloat32};
  graph.source_tensors["conv"] = {.type = ElementType::kFloat32, .held = AxisOrder::kChannelFirst};
  graph.source_tensors["y"] = {.type = ElementType::kInt64};
  graph.source_tensors["folded"] = {.type = ElementType::kFloat32};
  FakeOracle oracle;
  const auto target = Convert(graph, {.fold_batch_norm = false, .fold_constants = false}, oracle);
  ASSERT_TRUE(target.ok()) << target.status().message();
  const TargetTensor& conv = target->tensors.at("conv");
  EXPECT_EQ(conv.source, "conv");
  EXPECT_EQ(conv.axis_order, AxisOrder::kSource);
  EXPECT_EQ(conv.held, AxisOrder::kChannelFirst);
  EXPECT_EQ(WrittenOrder(conv), AxisOrder::kChannelLast);
  const TargetTensor& moved = target->tensors.at("moved");
  EXPECT_EQ(moved.source, "");
  EXPECT_FALSE(moved.is_shown);
  EXPECT_EQ(WrittenOrder(moved), AxisOrder::kChannelLast);
  ASSERT_EQ(target->removed.size(), 1U);
  EXPECT_EQ(target->removed[0].source, "folded");
  EXPECT_EQ(target->removed[0].reason, "folded into a constant");
}

}  // namespace
}  // namespace acc::convert
