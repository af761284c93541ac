// SPDX-License-Identifier: BSD-3-Clause
#include "features/target_run/dlc_graph_struct.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "features/encodings/dlc_testing.h"

namespace acc::features {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr auto kFloat = dlc::DataType::kFloat32;

dlc::Node TransposeNode(dlc::Model& model, std::string from, std::string to,
                        const std::vector<std::uint32_t>& axes) {
  const auto rank = static_cast<std::int64_t>(axes.size());
  return {
      .name = to + "_node",
      .type = "Transpose",
      .package = "qti.aisw",
      .inputs = {std::move(from)},
      .outputs = {std::move(to)},
      .attributes = {{"perm", StaticTensor(model, "perm", dlc::DataType::kUint32, {rank}, axes)}}};
}

// x -> transposed -> conv -> y in the source's order -> flat.
dlc::Model Classifier() {
  dlc::Model model;
  dlc::Graph& graph = model.graphs.emplace_back();
  graph.name = "net";
  graph.tensors = {
      Activation("x", kFloat, {1, 8, 8, 8}),    Activation("x_nhwc", kFloat, {1, 8, 8, 8}),
      Activation("conv", kFloat, {1, 8, 8, 8}), Activation("y", kFloat, {1, 8, 8, 8}),
      Activation("flat", kFloat, {1, 512}),     Activation("open", kFloat, {1, -1})};
  graph.tensors[0].kind = dlc::TensorKind::kInput;
  graph.nodes.push_back(TransposeNode(model, "x", "x_nhwc", {0, 2, 3, 1}));
  graph.nodes.push_back({.name = "n",
                         .type = "Conv2d",
                         .package = "qti.aisw",
                         .inputs = {"x_nhwc"},
                         .outputs = {"conv"}});
  graph.nodes.push_back(TransposeNode(model, "conv", "y", {0, 3, 1, 2}));
  graph.nodes.push_back({.name = "r",
                         .type = "Reshape",
                         .package = "qti.aisw",
                         .inputs = {"y"},
                         .outputs = {"flat"}});
  graph.nodes.push_back(
      {.name = "o", .type = "Other", .package = "own", .inputs = {"flat"}, .outputs = {"open"}});
  return model;
}

std::vector<std::string> Layouts(const store::GraphStruct& graph) {
  std::vector<std::string> layouts;
  for (const auto& input : graph.inputs) layouts.push_back(input.name + " " + input.layout);
  for (const auto& node : graph.nodes) {
    for (const auto& output : node.outputs) layouts.push_back(output.name + " " + output.layout);
  }
  return layouts;
}

TEST(DlcGraphStruct, LayoutsAreThoseThatTheOperatorsTell) {
  const store::GraphStruct graph = GraphStructOf(Classifier());
  EXPECT_EQ(graph.model_name, "net");
  EXPECT_THAT(Layouts(graph), ElementsAre("x NONTRIVIAL", "x_nhwc NHWC", "conv NHWC",
                                          "y NONTRIVIAL", "flat ", "open "));
  ASSERT_EQ(graph.nodes.size(), 5U);
  EXPECT_EQ(graph.nodes[1].type, "Conv2d");
  EXPECT_THAT(graph.nodes[1].inputs, ElementsAre("x_nhwc"));
  EXPECT_EQ(graph.nodes[3].outputs[0].dims, (Shape{1, 512}));
  EXPECT_FALSE(graph.nodes[4].outputs[0].has_dims);
}

TEST(DlcGraphStruct, TypesAreTheOperatorsThatTheyStandFor) {
  dlc::Model model;
  const auto add = [&](const char* type, std::vector<dlc::Attribute> attributes) {
    if (model.graphs.empty()) model.graphs.emplace_back();
    model.graphs[0].nodes.push_back(
        {.name = type, .type = type, .attributes = std::move(attributes)});
  };
  add("Neuron", {{"operation", std::uint32_t{4}}});
  add("Eltwise_Binary", {{"operation", std::uint32_t{0}}});
  add("Eltwise_Binary", {{"operation", std::uint32_t{999}}});
  add("Neuron", {{"operation", std::uint32_t{5}}});
  add("ElementWiseAdd", {});
  add("Conv2d", {{"operation", std::uint32_t{4}}});
  std::vector<std::string> types;
  for (const auto& node : GraphStructOf(model).nodes) types.push_back(node.type);
  EXPECT_THAT(types, ElementsAre("Relu", "Add", "Eltwise_Binary", "relu_min_max", "Add", "Conv2d"));
}

TEST(DlcGraphStruct, AModelWithoutGraphsIsEmpty) {
  EXPECT_THAT(GraphStructOf(dlc::Model()).nodes, IsEmpty());
}

TEST(FillFrom, TheGraphThatIsFilledDecides) {
  store::GraphStruct graph;
  graph.inputs = {{"x", {}, false, ""}};
  graph.nodes = {{"last", "Mine", {"a"}, {{"b", {2, 3}, true, "NFC"}}},
                 {"first", "Mine", {"x"}, {{"a", {4}, true, ""}, {"/c", {1, 2, 3}, true, ""}}}};
  store::GraphStruct other;
  other.inputs = {{"x", {9}, true, ""}, {"second_input", {1}, true, ""}};
  other.nodes = {{"n", "Theirs", {"x"}, {{"a", {5}, true, "NHWC"}, {"_c", {1, 2, 3}, true, "NFC"}}},
                 {"m", "Theirs", {"a"}, {{"new", {7}, true, ""}}}};
  FillFrom(other, graph);
  EXPECT_THAT(Layouts(graph), ElementsAre("x ", "second_input ", "b NFC", "a ", "/c NFC", "new "));
  EXPECT_EQ(graph.inputs[0].dims, (Shape{9}));
  EXPECT_EQ(graph.nodes[1].outputs[0].dims, (Shape{4}));
  EXPECT_EQ(graph.nodes[0].type, "Mine");
}

}  // namespace
}  // namespace acc::features
