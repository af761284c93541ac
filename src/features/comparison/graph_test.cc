// SPDX-License-Identifier: BSD-3-Clause
#include "features/comparison/graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace acc::features {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

store::GraphStruct::Node Node(std::vector<std::string> inputs, const std::string& output) {
  return {"node of " + output, "Op", std::move(inputs), {{output, {}, false, ""}}};
}

TEST(NeighboursTest, ReadsAreByIndex) {
  const store::GraphStruct graph{
      "m", {}, {Node({"x"}, "a"), Node({"x"}, "b"), Node({"a", "b", "a"}, "c")}};
  const std::vector<std::string> names = {"a", "b", "c"};
  const auto neighbours = Neighbours(graph, names);
  EXPECT_THAT(neighbours[0].inputs, IsEmpty());
  EXPECT_THAT(neighbours[2].inputs, ElementsAre(0, 1));
  EXPECT_FALSE(neighbours[0].is_output);
  EXPECT_TRUE(neighbours[2].is_output);
}

TEST(NeighboursTest, WhatIsNotComparedIsSeenThrough) {
  const store::GraphStruct graph{
      "m", {}, {Node({"x"}, "a"), Node({"a", "weight"}, "b"), Node({"b"}, "c"), Node({"c"}, "d")}};
  const std::vector<std::string> names = {"a", "d"};
  EXPECT_THAT(Neighbours(graph, names)[1].inputs, ElementsAre(0));
}

TEST(NeighboursTest, ACycleEnds) {
  const store::GraphStruct graph{"m", {}, {Node({"b"}, "a"), Node({"a"}, "b"), Node({"b"}, "c")}};
  const std::vector<std::string> names = {"c"};
  EXPECT_THAT(Neighbours(graph, names)[0].inputs, IsEmpty());
}

TEST(NeighboursTest, SpellingsOfOneNameMeet) {
  const store::GraphStruct graph{"m", {}, {Node({"x"}, "/s/a"), Node({"/s/a"}, "/s/b")}};
  const std::vector<std::string> names = {"s_a", "_s_b", "stranger"};
  const auto neighbours = Neighbours(graph, names);
  EXPECT_THAT(neighbours[1].inputs, ElementsAre(0));
  EXPECT_THAT(neighbours[2].inputs, IsEmpty());
  EXPECT_FALSE(neighbours[2].is_output);
}

TEST(DrawnGraphTest, NodesHaveTheirRowsOrTheReasonWhyNot) {
  store::GraphStruct graph{
      "m",
      {{"x", {}, false, ""}},
      {Node({"x"}, "a"), Node({"a", "weight"}, "b"), Node({"b", "a"}, "c"), Node({"c"}, "d")}};
  graph.nodes[0].outputs.push_back({"a2", {}, false, ""});
  const std::vector<std::string> names = {"a2", "c", "a2", "x"};
  const std::vector<store::SkippedTensor> unmatched = {{"b", "fused into c"}};
  const report::Graph drawn = DrawnGraph(graph, names, unmatched, "not there");
  ASSERT_EQ(drawn.nodes.size(), 5u);
  EXPECT_EQ(drawn.nodes[0].type, "Input");
  EXPECT_THAT(drawn.nodes[0].rows, ElementsAre(3));
  EXPECT_THAT(drawn.nodes[1].rows, ElementsAre(0, 2));
  EXPECT_THAT(drawn.nodes[1].outputs, ElementsAre("a", "a2"));
  EXPECT_EQ(drawn.nodes[1].absence, "");
  EXPECT_EQ(drawn.nodes[2].absence, "fused into c");
  EXPECT_THAT(drawn.nodes[3].inputs, ElementsAre(1, 2));
  EXPECT_EQ(drawn.nodes[4].absence, "not there");
}

TEST(DrawnGraphTest, EdgesOnlyLeadOn) {
  const store::GraphStruct graph{"m", {}, {Node({"b", "a"}, "a"), Node({"a"}, "b")}};
  const report::Graph drawn = DrawnGraph(graph, {}, {}, "");
  EXPECT_THAT(drawn.nodes[0].inputs, IsEmpty());
  EXPECT_THAT(drawn.nodes[1].inputs, ElementsAre(0));
}

}  // namespace
}  // namespace acc::features
