// SPDX-License-Identifier: BSD-3-Clause
#include <gmock/gmock.h>

#include "convert/convert.h"
#include "convert/convert_testing.h"

namespace acc::convert {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Pair;
using ::testing::SizeIs;

TargetGraph Converted(const model::Graph& graph, FakeOracle& oracle) {
  auto target = Convert(graph, {}, oracle);
  EXPECT_TRUE(target.ok()) << target.status().message();
  return std::move(target).value();
}

TargetGraph Converted(const model::Graph& graph) {
  FakeOracle oracle;
  return Converted(graph, oracle);
}

TEST(RemoveIdentitiesTest, ConnectsReadersWithTheMaker) {
  const TargetGraph target = Converted(
      MakeGraph({MakeNode("Relu", {"x"}, {"a"}), MakeNode("Identity", {"a"}, {"b"}),
                 MakeNode("Dropout", {"b"}, {"c", "mask"}), MakeNode("Add", {"b", "c"}, {"y"})},
                {"y"}));
  ASSERT_THAT(target.graph.nodes, SizeIs(2));
  EXPECT_THAT(target.graph.nodes[1].inputs, ElementsAre("a", "a"));
  EXPECT_THAT(Reasons(target), Contains(Pair("b", "same value as a")));
  EXPECT_THAT(Reasons(target), Contains(Pair("c", "same value as a")));
  EXPECT_THAT(Reasons(target), Contains(Pair("mask", "not needed for the outputs")));
}

TEST(RemoveIdentitiesTest, AnOutputKeepsItsName) {
  const TargetGraph target =
      Converted(MakeGraph({MakeNode("Relu", {"x"}, {"a"}), MakeNode("Neg", {"a"}, {"before"}),
                           MakeNode("Identity", {"a"}, {"b"}), MakeNode("Identity", {"b"}, {"y"}),
                           MakeNode("Abs", {"b"}, {"z"}), MakeNode("Exp", {"before"}, {"u"})},
                          {"y", "z", "u"}));
  ASSERT_THAT(target.graph.nodes, SizeIs(4));
  EXPECT_THAT(target.graph.nodes[0].outputs, ElementsAre("y"));
  EXPECT_THAT(target.graph.nodes[1].inputs, ElementsAre("y")) << "a reader before the identity";
  EXPECT_THAT(target.graph.nodes[2].inputs, ElementsAre("y")) << "a reader behind it";
  EXPECT_THAT(Reasons(target), Contains(Pair("a", "same value as y")));
  EXPECT_THAT(Reasons(target), Contains(Pair("b", "same value as y")));
}

TEST(RemoveIdentitiesTest, StaysBetweenTwoNamesOfTheOutside) {
  model::Graph graph =
      MakeGraph({MakeNode("Identity", {"x"}, {"y"}), MakeNode("Relu", {"x"}, {"z"}),
                 MakeNode("Identity", {"z"}, {"z2"}), MakeNode("Identity", {"w"}, {"c"})},
                {"y", "z", "z2", "c"});
  graph.initializers["w"] = FloatTensor({1}, {3});
  const TargetGraph target = Converted(graph);
  EXPECT_THAT(target.graph.nodes, SizeIs(4));
  EXPECT_THAT(target.removed, SizeIs(0));
}

TEST(RemoveIdentitiesTest, RenamesWhatSubgraphsRead) {
  auto body = std::make_shared<model::Graph>();
  body->nodes = {MakeNode("Neg", {"b"}, {"t"})};
  body->outputs = {Floats("t", {})};
  const TargetGraph target = Converted(MakeGraph(
      {MakeNode("Relu", {"x"}, {"a"}), MakeNode("Identity", {"a"}, {"b"}),
       MakeNode("Loop", {"x"}, {"y"}, {{"body", std::shared_ptr<const model::Graph>(body)}})},
      {"y"}));
  ASSERT_THAT(target.graph.nodes, SizeIs(2));
  EXPECT_THAT(model::OuterReads(target.graph.nodes[1]), ElementsAre("a"));
}

// A node that reads "a", 2x3, and whether it is an identity when "b" has these dims.
struct Case {
  model::Node node;
  Shape dims;
  bool is_identity;
};

TEST(RemoveIdentitiesTest, KnowsWhichOperatorsDoNothing) {
  using Ints = std::vector<std::int64_t>;
  const std::vector<Case> cases = {
      {MakeNode("Reshape", {"a", "x"}, {"b"}), {2, 3}, true},
      {MakeNode("Reshape", {"a", "x"}, {"b"}), {3, 2}, false},
      {MakeNode("Reshape", {"a", "x"}, {"b"}), {kUnknownDim, 3}, false},
      {MakeNode("Flatten", {"a"}, {"b"}), {2, 3}, true},
      {MakeNode("Expand", {"a", "x"}, {"b"}), {2, 3}, true},
      {MakeNode("Expand", {"a", "x"}, {"b"}), {1, 2, 3}, false},
      {MakeNode("Tile", {"a", "x"}, {"b"}), {2, 3}, true},
      {MakeNode("Squeeze", {"a"}, {"b"}), {2, 3}, true},
      {MakeNode("Cast", {"a"}, {"b"}), {2, 3}, true},
      {MakeNode("Concat", {"a"}, {"b"}), {2, 3}, true},
      {MakeNode("Concat", {"a", "a"}, {"b"}), {2, 6}, false},
      {MakeNode("Transpose", {"a"}, {"b"}, {{"perm", Ints{0, 1}}}), {2, 3}, true},
      {MakeNode("Transpose", {"a"}, {"b"}, {{"perm", Ints{1, 0}}}), {3, 2}, false},
      {MakeNode("Transpose", {"a"}, {"b"}), {3, 2}, false},
      {MakeNode("Slice", {"a", "x"}, {"b"}), {2, 3}, false},  // May reverse.
      {MakeNode("Relu", {"a"}, {"b"}), {2, 3}, false},
  };
  for (const Case& one : cases) {
    FakeOracle oracle;
    oracle.dims["b"] = one.dims;
    const TargetGraph target = Converted(
        MakeGraph({MakeNode("Relu", {"x"}, {"a"}), one.node, MakeNode("Neg", {"b"}, {"y"})}, {"y"}),
        oracle);
    EXPECT_EQ(target.graph.nodes.size(), one.is_identity ? 2U : 3U)
        << one.node.op_type << " to " << ToText(one.dims);
  }
}

TEST(RemoveIdentitiesTest, CastToAnotherTypeStays) {
  FakeOracle oracle;
  oracle.element_types["b"] = ElementType::kInt64;
  EXPECT_THAT(
      Converted(MakeGraph({MakeNode("Cast", {"x"}, {"b"}), MakeNode("Neg", {"b"}, {"y"})}, {"y"}),
                oracle)
          .graph.nodes,
      SizeIs(2));
}

TEST(RemoveIdentitiesTest, DropoutInTrainingOrWithAMaskInUseStays) {
  model::Graph graph = MakeGraph(
      {MakeNode("Dropout", {"x", "", "training"}, {"a"}), MakeNode("Dropout", {"a"}, {"b", "mask"}),
       MakeNode("Neg", {"b"}, {"y"}), MakeNode("Not", {"mask"}, {"z"})},
      {"y", "z"});
  graph.initializers["training"] =
      Tensor::Create(ElementType::kBool, {}, std::vector<std::byte>{std::byte{1}}).value();
  EXPECT_THAT(Converted(graph).graph.nodes, SizeIs(4));
  graph.initializers["training"] =
      Tensor::Create(ElementType::kBool, {}, std::vector<std::byte>{std::byte{0}}).value();
  EXPECT_THAT(Converted(graph).graph.nodes, SizeIs(3));
}

TEST(RemoveIdentitiesTest, PartsWithoutElementsGoAway) {
  FakeOracle oracle;
  oracle.dims["none"] = {0, 4};
  oracle.dims["half"] = {2, 4};
  model::Graph graph =
      MakeGraph({MakeNode("Abs", {"x"}, {"none"}), MakeNode("Neg", {"x"}, {"half"}),
                 MakeNode("Concat", {"none", "half", "w"}, {"one"}, {{"axis", std::int64_t{0}}}),
                 MakeNode("Concat", {"none", "half", "half"}, {"y"}, {{"axis", std::int64_t{0}}}),
                 MakeNode("Relu", {"one"}, {"z"})},
                {"y", "z"});
  graph.initializers["w"] = FloatTensor({0, 4}, {});
  const TargetGraph target = Converted(graph, oracle);
  ASSERT_THAT(target.graph.nodes, SizeIs(3));
  EXPECT_THAT(target.graph.nodes[1].inputs, ElementsAre("half", "half"));
  EXPECT_EQ(target.graph.nodes[2].inputs[0], "half") << "a Concat of one part is none";
  EXPECT_TRUE(target.graph.initializers.empty());
}

}  // namespace
}  // namespace acc::convert
