// SPDX-License-Identifier: BSD-3-Clause
#include "target/node_groups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "model/graph_testing.h"

namespace acc::target {
namespace {

using model::MakeNode;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TensorEncoding HalfSteps() {
  return {.channels = {{.bitwidth = 8, .min = -64, .max = 63.5, .scale = 0.5, .offset = -128}}};
}

// x -> Relu -> r -> Neg -> n, both quantized; r is read twice: Add(r, n) -> y.
Program Quantized() {
  Program program;
  model::Graph& graph = program.graph;
  const std::vector<float> scale = {0.5F};
  const std::vector<std::uint8_t> zero = {128};
  graph.initializers["s"] = Tensor::FromFloats({}, scale);
  graph.initializers["z"] = Tensor::FromValues<std::uint8_t>(ElementType::kUint8, {}, zero);
  graph.inputs = {{.name = "x", .type = ElementType::kFloat32, .dims = {2}}};
  graph.outputs = {{.name = "y", .type = ElementType::kFloat32, .dims = {2}}};
  const auto add = [&](const std::string& op, const std::vector<std::string>& inputs,
                       const std::string& output) {
    graph.nodes.push_back(MakeNode(op, inputs, output));
  };
  add("QuantizeLinear", {"x", "s", "z"}, "x_q");
  add("DequantizeLinear", {"x_q", "s", "z"}, "x_dq");
  add("Relu", {"x_dq"}, "r");
  add("QuantizeLinear", {"r", "s", "z"}, "r_q");
  add("DequantizeLinear", {"r_q", "s", "z"}, "r_dq");
  add("Neg", {"r_dq"}, "n");
  add("QuantizeLinear", {"n", "s", "z"}, "n_q");
  add("DequantizeLinear", {"n_q", "s", "z"}, "n_dq");
  add("Add", {"r_dq", "n_dq"}, "y");
  program.taps = {{.tensor = "x", .fetch = "x_q", .encoding = HalfSteps()},
                  {.tensor = "r", .fetch = "r_q", .encoding = HalfSteps()},
                  {.tensor = "n", .fetch = "n_q", .encoding = HalfSteps()},
                  {.tensor = "y", .fetch = "y"}};
  return program;
}

TEST(GroupsOf, TapsDivideTheNodes) {
  const auto groups = GroupsOf(Quantized());
  ASSERT_EQ(groups.size(), 3U);
  EXPECT_THAT(groups[0].nodes, ElementsAre(1, 2, 3));
  EXPECT_THAT(groups[0].inputs, ElementsAre(0));
  EXPECT_THAT(groups[0].outputs, ElementsAre(1));
  EXPECT_THAT(groups[2].nodes, ElementsAre(4, 7, 8));
  EXPECT_THAT(groups[2].inputs, ElementsAre(1, 2));
  for (const NodeGroup& group : groups) EXPECT_EQ(group.obstacle, "");
}

TEST(GroupsOf, NodesThatTwoTapsNeedAreOneGroup) {
  Program program = Quantized();
  program.taps.erase(program.taps.begin() + 1);  // r: Relu makes both n and y now.
  const auto groups = GroupsOf(program);
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_THAT(groups[0].outputs, ElementsAre(1, 2));
  EXPECT_THAT(groups[0].obstacle, HasSubstr("depend on each other"));
}

TEST(GroupsOf, AnInputThatNobodyCapturesIsAnObstacle) {
  Program program = Quantized();
  program.taps.erase(program.taps.begin());
  const auto groups = GroupsOf(program);
  ASSERT_EQ(groups.size(), 3U);
  EXPECT_THAT(groups[0].obstacle, HasSubstr("'x' is not captured"));
  EXPECT_EQ(groups[1].obstacle, "");
}

TEST(GroupsOf, ASubgraphThatReadsFromAroundItIsAnObstacle) {
  Program program = Quantized();
  auto body = std::make_shared<model::Graph>();
  body->nodes = {MakeNode("Relu", {"r_dq"}, "inner")};
  body->outputs = {{.name = "inner"}};
  program.graph.nodes[8].attributes["then_branch"] = std::shared_ptr<const model::Graph>(body);
  EXPECT_THAT(GroupsOf(program)[2].obstacle, HasSubstr("reads 'r_dq' from around it"));
}

// Each group gets the real values of what it reads, quantized as the program does; what both read
// is an input for each.
TEST(Isolated, EveryGroupIsFedByItself) {
  const Program program = Quantized();
  const auto groups = GroupsOf(program);
  const auto isolated = Isolated(program, groups, [&](std::size_t tap) {
    return ValueInfo{.name = program.taps[tap].tensor, .type = ElementType::kFloat32, .dims = {2}};
  });
  std::vector<std::size_t> taps;
  for (const IsolatedInput& input : isolated.inputs) taps.push_back(input.tap);
  EXPECT_THAT(taps, ElementsAre(0, 1, 1, 2));
  EXPECT_EQ(isolated.program.graph.inputs.size(), 4U);
  ASSERT_EQ(isolated.program.taps.size(), 3U);
  EXPECT_EQ(isolated.program.taps[0].tensor, "r");
  EXPECT_TRUE(isolated.program.taps[0].encoding);
  EXPECT_FALSE(isolated.program.taps[2].encoding);
  model::Graph sorted = isolated.program.graph;
  EXPECT_TRUE(model::SortNodes(sorted).ok());
  // No node reads what another group makes.
  const model::Connections connections(isolated.program.graph);
  for (const Tap& tap : isolated.program.taps) {
    EXPECT_THAT(connections.Consumers(tap.fetch), IsEmpty());
  }
}

}  // namespace
}  // namespace acc::target
