// SPDX-License-Identifier: BSD-3-Clause
#include "features/verification_graph.h"

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

}  // namespace
}  // namespace acc::features
