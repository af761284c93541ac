// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/to_graph/axis_orders.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace acc::dlc {
namespace {

Graph GraphOf(std::vector<Node> nodes, const std::map<std::string, Shape>& dims) {
  Graph graph;
  graph.nodes = std::move(nodes);
  for (const auto& [name, shape] : dims) {
    Tensor tensor;
    tensor.name = name;
    tensor.dims = shape;
    graph.tensors.push_back(tensor);
  }
  return graph;
}

Node NodeOf(std::string type, std::vector<std::string> inputs, std::vector<std::string> outputs) {
  return {.name = "",
          .type = std::move(type),
          .package = "",
          .inputs = std::move(inputs),
          .outputs = std::move(outputs)};
}

constexpr auto kLast = AxisOrder::kChannelLast;
constexpr auto kSource = AxisOrder::kSource;

TEST(AxisOrders, ATransposeSeparatesTheModelsInputFromTheImage) {
  const auto orders = AxisOrders(
      GraphOf({NodeOf("Transpose", {"x"}, {"x_nhwc"}), NodeOf("Conv2d", {"x_nhwc", "w"}, {"y"})},
              {{"x", {1, 3, 8, 8}}, {"x_nhwc", {1, 8, 8, 3}}, {"y", {1, 8, 8, 4}}}));
  EXPECT_EQ(orders.at("x"), kSource);
  EXPECT_EQ(orders.at("x_nhwc"), kLast);
  EXPECT_EQ(orders.at("y"), kLast);
}

TEST(AxisOrders, ReachTheInputThroughElementWiseOperators) {
  const auto orders = AxisOrders(
      GraphOf({NodeOf("Eltwise_Binary", {"x", "c"}, {"a"}), NodeOf("Pool", {"a"}, {"b"})},
              {{"x", {1, 8, 8, 3}}, {"c", {3}}, {"a", {1, 8, 8, 3}}, {"b", {1, 4, 4, 3}}}));
  EXPECT_EQ(orders.at("x"), kLast);
  EXPECT_EQ(orders.at("c"), kSource);
}

TEST(AxisOrders, EveryElementWiseTypeAndOneAlongAnAxisFollows) {
  for (const char* type :
       {"ElementWiseAdd", "Eltwise_Unary", "Sigmoid", "Elu", "Arg", "Argmax", "IsNan",
        "ElementWiseSum", "Softmax", "Concat", "Reduce", "StridedSlice", "Quantize"}) {
    const auto orders =
        AxisOrders(GraphOf({NodeOf("Conv2d", {"x", "w"}, {"y"}), NodeOf(type, {"y"}, {"z"})},
                           {{"x", {1, 4, 4, 3}}, {"y", {1, 4, 4, 2}}, {"z", {1, 4, 4, 2}}}));
    EXPECT_EQ(orders.at("z"), kLast) << type;
  }
}

TEST(AxisOrders, KnowTheTypesOfVersion3) {
  const auto orders = AxisOrders(
      GraphOf({NodeOf("Convolutional", {"x", "w"}, {"y"}), NodeOf("SoftMax", {"y"}, {"s"}),
               NodeOf("Deconvolution", {"u", "w"}, {"v"}), NodeOf("BatchNorm", {"t", "w"}, {"n"})},
              {{"x", {1, 4, 4, 3}},
               {"y", {1, 4, 4, 2}},
               {"s", {1, 4, 4, 2}},
               {"v", {1, 2, 2, 2}},
               {"n", {1, 1, 1, 2}}}));
  for (const char* name : {"x", "y", "s", "v", "n"}) EXPECT_EQ(orders.at(name), kLast) << name;
}

TEST(AxisOrders, EndAtReshapesAndOtherRanks) {
  const auto orders =
      AxisOrders(GraphOf({NodeOf("Conv2d", {"x", "w"}, {"y"}), NodeOf("Reshape", {"y"}, {"r"}),
                          NodeOf("Softmax", {"r"}, {"s"}), NodeOf("Reduce", {"y"}, {"m"})},
                         {{"x", {1, 8, 8, 3}},
                          {"y", {1, 8, 8, 4}},
                          {"r", {1, 64, 4}},
                          {"s", {1, 64, 4}},
                          {"m", {1, 4}}}));
  EXPECT_EQ(orders.at("y"), kLast);
  EXPECT_EQ(orders.at("r"), kSource);
  EXPECT_EQ(orders.at("s"), kSource);
  EXPECT_EQ(orders.at("m"), kSource);
}

TEST(AxisOrders, MakeNoClaimWithoutAnOperatorOnImages) {
  const auto orders =
      AxisOrders(GraphOf({NodeOf("MatMul", {"x", "y"}, {"z"}), NodeOf("Neuron", {"z"}, {"r"})},
                         {{"x", {1, 2, 3}}, {"y", {1, 3, 2}}, {"z", {1, 2, 2}}, {"r", {1, 2, 2}}}));
  EXPECT_EQ(orders.at("r"), kSource);
}

TEST(AxisOrders, LeaveOutStaticTensorsAndSecondInputs) {
  Graph graph = GraphOf({NodeOf("Conv2d", {"x", "w"}, {"y"}), NodeOf("Resize", {"y"}, {"z"})},
                        {{"x", {1, 8, 8, 3}}, {"y", {1, 8, 8, 4}}, {"z", {1, 16, 16, 4}}});
  Tensor weight;
  weight.name = "w";
  weight.kind = TensorKind::kStatic;
  weight.dims = {1, 1, 3, 4};
  graph.tensors.push_back(weight);
  const auto orders = AxisOrders(graph);
  EXPECT_FALSE(orders.contains("w"));
  EXPECT_EQ(orders.at("z"), kLast);
}

TEST(AxisOrders, AHeightOfOneIsPutInAndTakenOut) {
  const auto orders = AxisOrders(
      GraphOf({NodeOf("Transpose", {"x"}, {"x_nfc"}), NodeOf("Reshape", {"x_nfc"}, {"image"}),
               NodeOf("Conv2d", {"image", "w"}, {"made"}), NodeOf("Reshape", {"made"}, {"y"}),
               NodeOf("Neuron", {"y"}, {"z"}), NodeOf("Reshape", {"z"}, {"flat"})},
              {{"x", {1, 3, 8}},
               {"x_nfc", {1, 8, 3}},
               {"image", {1, 1, 8, 3}},
               {"made", {1, 1, 8, 4}},
               {"y", {1, 8, 4}},
               {"z", {1, 8, 4}},
               {"flat", {1, 2, 16}}}));
  EXPECT_EQ(orders.at("x"), kSource);
  for (const char* image : {"x_nfc", "image", "made", "y", "z"}) {
    EXPECT_EQ(orders.at(image), kLast) << image;
  }
  EXPECT_EQ(orders.at("flat"), kSource);
}

TEST(AxisOrders, OperatorsOfOtherPackagesMakeNoClaim) {
  Node resize = NodeOf("Resize", {"x"}, {"y"});
  resize.package = "ai.onnx";
  const auto orders = AxisOrders(GraphOf({resize}, {{"x", {1, 3, 8, 8}}, {"y", {1, 3, 4, 4}}}));
  EXPECT_EQ(orders.at("x"), kSource);
  EXPECT_EQ(orders.at("y"), kSource);
}

}  // namespace
}  // namespace acc::dlc
