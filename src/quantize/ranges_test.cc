// SPDX-License-Identifier: BSD-3-Clause
#include "quantize/ranges.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "quantize/encoding.h"
#include "quantize/graph_testing.h"

namespace acc::quantize {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

ActivationPlan PlanOf(const TestGraph& test) { return PlanActivations(test.graph, test.types); }

TEST(PlanActivations, AConvIsFusedIntoTheReluThatAloneReadsIt) {
  TestGraph test;
  test.Input("x", {1}).Floats("w", {1, 1, 1, 1}, {1});
  test.Node("Conv", {"x", "w"}, {"c"}).Node("Relu", {"c"}, {"r"}).Output("r");
  const ActivationPlan plan = PlanOf(test);
  EXPECT_THAT(plan.stored, ElementsAre("x", "r"));
  EXPECT_THAT(plan.fused, ElementsAre(Pair("c", "fused into r_node")));
}

TEST(PlanActivations, ASecondReaderOrAGraphOutputKeepsTheConv) {
  TestGraph test;
  test.Input("x", {1}).Floats("w", {1, 1, 1, 1}, {1});
  test.Node("Conv", {"x", "w"}, {"c"}).Node("Relu", {"c"}, {"r"}).Node("Add", {"c", "r"}, {"a"});
  test.Node("Conv", {"a", "w"}, {"d"}).Node("Relu", {"d"}, {"e"}).Output("d").Output("e");
  const ActivationPlan plan = PlanOf(test);
  EXPECT_THAT(plan.stored, ElementsAre("x", "c", "r", "a", "d", "e"));
  EXPECT_THAT(plan.fused, IsEmpty());
}

TEST(PlanActivations, ElementwiseAndLeakyReluAreNotFused) {
  TestGraph test;
  test.Input("x", {1}).Floats("w", {1, 1, 1, 1}, {1});
  test.Node("Add", {"x", "x"}, {"a"}).Node("Relu", {"a"}, {"r"});
  test.Node("Conv", {"r", "w"}, {"c"}).Node("LeakyRelu", {"c"}, {"l"}).Output("l");
  EXPECT_THAT(PlanOf(test).fused, IsEmpty());
}

TEST(PlanActivations, AChainOfDataMovementHasOneRange) {
  TestGraph test;
  test.Input("x", {1, 4}).Int64s("shape", {2}, {2, 2});
  test.Node("Reshape", {"x", "shape"}, {"a"}).Node("Transpose", {"a"}, {"b"});
  test.Node("Sigmoid", {"b"}, {"s"}).Node("MaxPool", {"s"}, {"m"}).Output("m");
  EXPECT_THAT(PlanOf(test).shares_range_with,
              ElementsAre(Pair("a", "x"), Pair("b", "x"), Pair("m", "s")));
}

TEST(PlanActivations, WhatIsScatteredTogetherHasOneRange) {
  TestGraph test;
  test.Input("x", {1, 4}).Input("u", {1, 2}).Int64s("i", {1, 2}, {1, 3});
  test.Node("Abs", {"u"}, {"a"}).Node("Flatten", {"a"}, {"f"});
  test.Node("ScatterElements", {"x", "i", "f"}, {"s"}).Node("Flatten", {"s"}, {"y"}).Output("y");
  const ActivationPlan plan = PlanOf(test);
  EXPECT_THAT(plan.shares_range_with,
              ElementsAre(Pair("a", "x"), Pair("f", "x"), Pair("s", "x"), Pair("y", "x")));
  EXPECT_THAT(plan.also_holds, ElementsAre(Pair("x", UnorderedElementsAre("a", "s"))));
}

TEST(PlanActivations, APadWithANumberAndItsInputHaveOneRange) {
  TestGraph test;
  test.Input("x", {2}).Int64s("pads", {2}, {1, 1}).Floats("five", {}, {5});
  test.Node("Pad", {"x", "pads", "five"}, {"p"}).Node("Pad", {"p", "pads"}, {"y"}).Output("y");
  const ActivationPlan plan = PlanOf(test);
  EXPECT_THAT(plan.shares_range_with, ElementsAre(Pair("p", "x"), Pair("y", "x")));
  EXPECT_THAT(plan.also_holds, ElementsAre(Pair("x", ElementsAre("p"))));
}

TEST(PlanActivations, ConcatKeepsItsOwnRange) {
  TestGraph test;
  test.Input("x", {1}).Input("y", {1}).Node("Concat", {"x", "y"}, {"c"}).Output("c");
  EXPECT_THAT(PlanOf(test).shares_range_with, IsEmpty());
}

TEST(PlanActivations, OnlyFloat32OnThePathOfOperatorsIsStored) {
  TestGraph test;
  test.Input("x", {1}).Input("ids", {1}, ElementType::kInt64);
  test.Node("Gather", {"x", "ids"}, {"g"}).Node("ArgMax", {"g"}, {"i"}, ElementType::kInt64);
  test.Node("Greater", {"g", "x"}, {"bool"}, ElementType::kBool);
  test.Node("Abs", {"g"}, {"unread"}).Output("i").Output("bool");
  EXPECT_THAT(PlanOf(test).stored, ElementsAre("x", "g"));
}

TEST(PlanActivations, ArithmeticOnShapesIsNotQuantized) {
  TestGraph test;
  test.Input("x", {1}).Floats("two", {}, {2}).Floats("roi", {0}, {});
  test.Node("Shape", {"x"}, {"s"}, ElementType::kInt64).Node("Cast", {"s"}, {"f"});
  test.Node("Mul", {"f", "two"}, {"scaled"});
  test.Node("Resize", {"x", "roi", "scaled"}, {"y"}).Output("y");
  EXPECT_THAT(PlanOf(test).stored, ElementsAre("x", "y"));
}

TEST(PlanActivations, ATensorThatOnlyBoundsReadIsNotStored) {
  TestGraph test;
  test.Input("x", {1}).Input("bound", {});
  test.Node("Clip", {"x", "bound"}, {"y"}).Output("y");
  EXPECT_THAT(PlanOf(test).stored, ElementsAre("x", "y"));
}

TEST(PlanActivations, AnOperatorOfAnotherDomainComputesWhateverItsName) {
  TestGraph test;
  test.Input("x", {2}).Node("Reshape", {"x"}, {"y"}).Node("Relu", {"y"}, {"z"}).Output("z");
  test.graph.nodes.front().domain = "somebody";
  const ActivationPlan plan = PlanOf(test);
  EXPECT_THAT(plan.stored, ElementsAre("x", "y", "z"));
  EXPECT_EQ(plan.RootOf("y"), "y");
}

TEST(PlanActivations, ANodeThatReadsNothingMovesNothing) {
  for (const char* domain : {"", "com.microsoft"}) {
    TestGraph test;
    test.Input("x", {2}).Node("Unsqueeze", {}, {"u"}).Node("Add", {"x", "u"}, {"z"}).Output("z");
    test.graph.nodes.front().domain = domain;
    EXPECT_THAT(PlanOf(test).stored, ElementsAre("x", "u", "z"));
    const ActivationPlan given =
        PlanGivenActivations(test.graph, test.types, [](const std::string&) { return nullptr; });
    EXPECT_THAT(given.stored, IsEmpty());
  }
}

TEST(PlanActivations, ControlFlowIsLeftAloneWithANote) {
  TestGraph test;
  test.Input("x", {1}).Input("condition", {}, ElementType::kBool);
  test.Node("If", {"condition"}, {"y"}).Node("Add", {"x", "y"}, {"z"}).Output("z");
  const ActivationPlan plan = PlanOf(test);
  EXPECT_THAT(plan.stored, ElementsAre("x", "z"));
  EXPECT_THAT(plan.notes, ElementsAre(HasSubstr("y_node (If)")));
}

model::Node Named(std::string_view op_type) { return model::MakeNode("n", op_type, {}, {}); }

TEST(FixedEncoding, KnowsSigmoidSoftmaxAndTanh) {
  const auto sigmoid = FixedEncoding(Named("Sigmoid"), 8);
  ASSERT_TRUE(sigmoid.has_value());
  EXPECT_EQ(sigmoid->scale, 1.0 / 256);
  EXPECT_EQ(sigmoid->offset, 0);
  EXPECT_EQ(FixedEncoding(Named("Softmax"), 16)->scale, 1.0 / 65536);
  EXPECT_EQ(FixedEncoding(Named("Tanh"), 8)->scale, 1.0 / 128);
  EXPECT_EQ(FixedEncoding(Named("Tanh"), 8)->offset, -128);
  EXPECT_FALSE(FixedEncoding(Named("Relu"), 8).has_value());
  EXPECT_TRUE(TargetFixesEncoding(Named("HardSigmoid"), 16));
  EXPECT_FALSE(TargetFixesEncoding(Named("HardSigmoid"), 8));
  EXPECT_FALSE(TargetFixesEncoding(Named("Softmax"), 16));
}

}  // namespace
}  // namespace acc::quantize
