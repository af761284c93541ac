// SPDX-License-Identifier: BSD-3-Clause
#include <gmock/gmock.h>

#include "dlc/from_graph/from_graph_testing.h"

namespace acc::dlc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Ints = std::vector<std::int64_t>;

// The lines for one node that reads x and makes y, both of these dims in the graph's order.
std::vector<std::string> Lines(const std::string& op_type, const Shape& dims,
                               std::map<std::string, model::Attribute> attributes = {}) {
  TestGraph graph;
  graph.Opset(20).Input("x", dims).Declare("y", dims);
  graph.Op(op_type, {"x"}, {"y"}, std::move(attributes));
  return graph.Lines();
}

TEST(Activations, AreSpelledAsTheSerializerDoes) {
  const std::map<std::string, std::string> expected = {
      {"Relu", "Neuron(x[2]) -> y[2] operation=4"},
      {"Sigmoid", "Neuron(x[2]) -> y[2] operation=6"},
      {"Tanh", "Neuron(x[2]) -> y[2] operation=8"},
      {"Gelu", "Neuron(x[2]) -> y[2] operation=1"},
      {"Elu", "Neuron(x[2]) -> y[2] alpha=1f operation=0"},
      {"HardSwish", "ElementWiseNeuron(x[2]) -> y[2] operation=3"},
      {"HardSigmoid", "ElementWiseNeuron(x[2]) -> y[2] alpha=0.2f beta=0.5f operation=2"},
      {"Softplus", "ElementWiseNeuron(x[2]) -> y[2] beta=1f operation=7 threshold=20f"},
      {"LeakyRelu", "Prelu(x[2], y_slope[1]) -> y[2]"},
  };
  for (const auto& [op_type, line] : expected) {
    EXPECT_THAT(Lines(op_type, {2}), ElementsAre(line)) << op_type;
  }
}

TEST(Activations, OfSeveralStepsAreSplit) {
  EXPECT_THAT(Lines("Mish", {2}),
              ElementsAre("ElementWiseNeuron(x[2]) -> y_step[2] beta=1f operation=7 threshold=20f",
                          "Neuron(y_step[2]) -> y_step_1[2] operation=8",
                          "Eltwise_Binary(x[2], y_step_1[2]) -> y[2] operation=13"));
  EXPECT_THAT(Lines("Selu", {2}),
              ElementsAre("Neuron(x[2]) -> y_step[2] alpha=1.6732632f operation=0",
                          "Eltwise_Binary(y_number[1], y_step[2]) -> y[2] operation=13"));
  EXPECT_THAT(Lines("ThresholdedRelu", {2}),
              ElementsAre("Eltwise_Binary(x[2], y_number[1]) -> y_mask[2] operation=6",
                          "Eltwise_Ternary(y_mask[2], x[2], y_number_1[1]) -> y[2] "
                          "eltwise_type=ElementWiseSelect"));
  EXPECT_THAT(Lines("Selu", {}), ::testing::Contains(HasSubstr("y_number[]")))
      << "a scalar stays one";
}

TEST(Activations, ThatAGeluIsApproximatedIsLostWithAWarning) {
  TestGraph graph;
  graph.Input("x", {2}).Declare("y", {2});
  graph.Op("Gelu", {"x"}, {"y"}, {{"approximate", std::string("tanh")}});
  EXPECT_THAT(graph.Lines(), ElementsAre("Neuron(x[2]) -> y[2] operation=1"));
  EXPECT_THAT(graph.Write().value().warnings, ElementsAre(HasSubstr("'y_node' (Gelu)")));
}

TEST(Activations, BoundsOfIntegersAreFloatsWhereTheseHoldThem) {
  const auto lines = [](std::int32_t most) {
    TestGraph graph;
    graph.Input("x", {2}, ElementType::kInt32).Declare("y", {2}, ElementType::kInt32);
    const std::vector<std::int32_t> bound = {most};
    graph.Constant("most", acc::Tensor::FromValues<std::int32_t>(ElementType::kInt32, {}, bound));
    return graph.Op("Clip", {"x", "", "most"}, {"y"}).Lines();
  };
  EXPECT_THAT(lines(6), ElementsAre("Neuron(x[2]) -> y[2] max_value=6f "
                                    "min_value=-3.4028235e+38f operation=5"));
  EXPECT_THAT(lines((1 << 30) + 1),
              ElementsAre("Eltwise_Binary(x[2], most[1]) -> y[2] operation=11"));
}

TEST(Activations, WithoutACounterpartKeepTheirName) {
  EXPECT_THAT(Lines("Celu", {2}, {{"alpha", 2.0F}}), ElementsAre(HasSubstr("Celu(x[2])")));
}

TEST(Activations, ClipTakesItsBounds) {
  TestGraph graph;
  graph.Input("x", {2}).Declare("y", {2}).Floats("min", {}, {-1}).Floats("max", {}, {6});
  graph.Op("Clip", {"x", "min", "max"}, {"y"});
  EXPECT_THAT(graph.Lines(),
              ElementsAre("Neuron(x[2]) -> y[2] max_value=6f min_value=-1f operation=5"));
}

TEST(Activations, BoundsThatAreNotKnownAreTakenOneByOne) {
  TestGraph graph;
  graph.Input("x", {2}).Input("min", {}).Declare("y", {2}).Floats("max", {}, {6});
  graph.Op("Clip", {"x", "min", "max"}, {"y"});
  EXPECT_THAT(graph.Lines(),
              ElementsAre("Eltwise_Binary(x[2], min[]) -> y_bounded[2] operation=10",
                          "Eltwise_Binary(y_bounded[2], max[1]) -> y[2] operation=11"));
}

TEST(Activations, SlopesFollowTheChannels) {
  TestGraph graph;
  graph.Input("x", {1, 3, 2, 2}).ChannelLast("y", {1, 3, 2, 2}).Declare("z", {1, 3, 1, 1});
  graph.Floats("slope", {3, 1, 1}, {1, 2, 3});
  graph.Op("PRelu", {"x", "slope"}, {"y"}).Op("GlobalMaxPool", {"y"}, {"z"});
  EXPECT_THAT(graph.Lines()[1], "Prelu(x_nhwc[1,2,2,3], slope[1,1,1,3]) -> y[1,2,2,3]");
}

}  // namespace
}  // namespace acc::dlc
