// SPDX-License-Identifier: BSD-3-Clause
#include <gmock/gmock.h>

#include "dlc/from_graph/from_graph_testing.h"

namespace acc::dlc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Ints = std::vector<std::int64_t>;

TEST(Elementwise, OperandsMeetInTheOutputsOrder) {
  TestGraph graph;
  graph.Input("x", {1, 3, 2, 2}).Input("z", {1, 3, 1, 1}).Floats("c", {2, 1}, {1, 2});
  graph.ChannelLast("a", {1, 3, 2, 2}).ChannelLast("b", {1, 3, 2, 2}).Declare("y", {1, 3, 1, 1});
  graph.Op("Add", {"x", "z"}, {"a"}).Op("Sub", {"a", "c"}, {"b"});
  graph.Op("GlobalMaxPool", {"b"}, {"y"});
  const auto lines = graph.Lines();
  EXPECT_EQ(lines[2], "Eltwise_Binary(x_nhwc[1,2,2,3], z_nhwc[1,1,1,3]) -> a[1,2,2,3] operation=0");
  EXPECT_EQ(lines[3], "Eltwise_Binary(a[1,2,2,3], c[1,2,1,1]) -> b[1,2,2,3] operation=18");
}

TEST(Elementwise, AnOperandOfLowerRankMeetsTheGraphsOwnOrder) {
  TestGraph graph;
  graph.Input("x", {1, 3, 2, 2}).Input("z", {2, 2});
  graph.ChannelLast("a", {1, 3, 2, 2}).Declare("y", {1, 3, 1, 1});
  graph.Op("Mul", {"x", "z"}, {"a"}).Op("GlobalMaxPool", {"a"}, {"y"});
  EXPECT_EQ(graph.Lines()[0], "Eltwise_Binary(x[1,3,2,2], z[2,2]) -> a_nchw[1,3,2,2] operation=13");
}

TEST(Elementwise, SeveralOperandsAreJoinedInTurn) {
  TestGraph graph;
  graph.Input("a", {2}).Input("b", {2}).Input("c", {2}).Declare("y", {2}).Declare("z", {2});
  graph.Op("Max", {"a", "b", "c"}, {"y"}).Op("Mean", {"a", "b"}, {"z"});
  EXPECT_THAT(graph.Lines(),
              ElementsAre("Eltwise_Binary(a[2], b[2]) -> y_partial[2] operation=10",
                          "Eltwise_Binary(y_partial[2], c[2]) -> y[2] operation=10",
                          "Eltwise_Binary(a[2], b[2]) -> z_sum[2] operation=0",
                          "Eltwise_Binary(z_sum[2], z_count[1]) -> z[2] operation=2"));
}

TEST(Elementwise, UnaryAndComparison) {
  TestGraph graph;
  graph.Input("x", {2}).Declare("a", {2}).Declare("b", {2}, ElementType::kBool);
  graph.Declare("c", {2}, ElementType::kBool).Declare("y", {2}).Floats("zero", {}, {0});
  graph.Op("Sqrt", {"x"}, {"a"}).Op("Greater", {"a", "zero"}, {"b"}).Op("Not", {"b"}, {"c"});
  graph.Op("Where", {"c", "x", "a"}, {"y"});
  EXPECT_THAT(graph.Lines(), ElementsAre("Eltwise_Unary(x[2]) -> a[2] operation=15",
                                         "Eltwise_Binary(a[2], zero[1]) -> b[2] operation=6",
                                         "Eltwise_Unary(b[2]) -> c[2] operation=9",
                                         "Eltwise_Ternary(c[2], x[2], a[2]) -> y[2] "
                                         "eltwise_type=ElementWiseSelect"));
}

TEST(Elementwise, NumbersBecomeTruthByTheSizeOfTheirSign) {
  TestGraph graph;
  graph.Input("x", {2}).Declare("y", {2}, ElementType::kBool).Op("Cast", {"x"}, {"y"});
  EXPECT_THAT(graph.Lines(), ElementsAre("Eltwise_Unary(x[2]) -> x_sign[2] operation=13",
                                         "Eltwise_Unary(x_sign[2]) -> x_is_set[2] operation=0",
                                         "Cast(x_is_set[2]) -> y[2]"));
}

TEST(Elementwise, ModuloHasTwoKinds) {
  TestGraph graph;
  graph.Input("a", {2}).Input("b", {2}).Declare("y", {2}).Declare("z", {2});
  graph.Op("Mod", {"a", "b"}, {"y"}, {{"fmod", std::int64_t{1}}}).Op("Mod", {"a", "b"}, {"z"});
  EXPECT_THAT(graph.Lines(), ElementsAre(HasSubstr("operation=5"), HasSubstr("operation=12")));
}

TEST(Elementwise, OperandsOfTwoTypesKeepTheOperator) {
  TestGraph graph;
  graph.Input("x", {2}).Int64s("two", {2}).Declare("y", {2}).Op("Pow", {"x", "two"}, {"y"});
  EXPECT_THAT(graph.Lines(), ElementsAre(HasSubstr("Pow(x[2], two_1[1]) -> y[2]")));
}

std::vector<std::string> ExpandLines(ElementType type) {
  TestGraph graph;
  graph.Input("x", {3, 1}, type).Declare("y", {2, 3, 4}, type).Int64s("shape", {2, 3, 4});
  return graph.Op("Expand", {"x", "shape"}, {"y"}).Lines();
}

TEST(Elementwise, ExpandMultipliesByOnes) {
  EXPECT_THAT(ExpandLines(ElementType::kFloat32),
              ElementsAre("Eltwise_Binary(x[3,1], y_ones[2,1,4]) -> y[2,3,4] operation=13"));
  EXPECT_THAT(ExpandLines(ElementType::kBool),
              ElementsAre("Eltwise_Binary(x[3,1], y_ones[2,1,4]) -> y[2,3,4] operation=1"));
  EXPECT_THAT(ExpandLines(ElementType::kUint8),
              ElementsAre("Reshape(x[3,1]) -> x_reshaped[1,3,1]",
                          "Tile(x_reshaped[1,3,1]) -> y[2,3,4] multiples=[2,1,4]"));
}

// Gigabytes of them.
TEST(Elementwise, ExpandToMoreThanCanBeRepeatsWithoutOnes) {
  TestGraph graph;
  graph.Input("x", {1}).Declare("y", {std::int64_t{1} << 33}).Int64s("shape", {1});
  EXPECT_THAT(graph.Op("Expand", {"x", "shape"}, {"y"}).Lines(),
              ElementsAre(testing::StartsWith("Tile(x[1]) -> y[")));
}

TEST(Elementwise, ExpandOfAnImageFollowsItsOrder) {
  TestGraph graph;
  graph.Input("x", {1, 2, 1, 1}).ChannelLast("y", {1, 2, 4, 3}).Declare("z", {1, 2, 1, 1});
  graph.Int64s("shape", {1, 2, 4, 3}).Op("Expand", {"x", "shape"}, {"y"});
  graph.Op("GlobalMaxPool", {"y"}, {"z"});
  EXPECT_EQ(graph.Lines()[1],
            "Eltwise_Binary(x_nhwc[1,1,1,2], y_ones[1,4,3,1]) -> y[1,4,3,2] operation=13");
}

TEST(Elementwise, AReciprocalDividesOne) {
  TestGraph graph;
  graph.Input("x", {2, 3}).Declare("y", {2, 3}).Op("Reciprocal", {"x"}, {"y"});
  EXPECT_THAT(graph.Lines(), ElementsAre("Eltwise_Binary(y_one[1], x[2,3]) -> y[2,3] operation=2"));
}

}  // namespace
}  // namespace acc::dlc
