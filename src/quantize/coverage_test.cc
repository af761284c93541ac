// SPDX-License-Identifier: BSD-3-Clause
#include "quantize/coverage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "quantize/graph_testing.h"

namespace acc::quantize {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

QuantizedGraph Quantized(const TestGraph& test, const Options& options = {},
                         const Overrides& overrides = {}) {
  auto quantizer = CreateQuantizer(test.graph, test.types, {}, overrides, options);
  EXPECT_TRUE(quantizer.ok()) << quantizer.status().message();
  Quantizer* const quantizers[] = {quantizer->get()};
  Calibrator calibrator = CalibratorFor(quantizers);
  for (const std::string& tensor : (*quantizer)->wanted()) {
    calibrator.Observe(tensor, std::vector<float>{-1, 0.5F, 3});
  }
  auto result = (*quantizer)->Finish(calibrator);
  EXPECT_TRUE(result.ok()) << result.status().message();
  return *std::move(result);
}

Coverage Covered(const TestGraph& test, const Options& options = {},
                 const Overrides& overrides = {}) {
  const QuantizedGraph quantized = Quantized(test, options, overrides);
  return CoverageOf(test.graph, test.types, quantized, !options.quantize_weights);
}

std::vector<std::string> LeftFloat(const Coverage& coverage) {
  std::vector<std::string> names;
  for (const FloatNode& node : coverage.left_float) names.push_back(node.name);
  return names;
}

Overrides FloatFor(const std::string& tensor) {
  Overrides overrides;
  overrides.activations[tensor] = {.channels = {{.bitwidth = 32}}, .is_float = true};
  return overrides;
}

// x -> Conv(w, b) -> Relu -> r -> Softmax -> y
TestGraph Network() {
  TestGraph test;
  test.Input("x", {1, 1, 1, 1}).Floats("w", {1, 1, 1, 1}, {2}).Floats("b", {1}, {1});
  test.Node("Conv", {"x", "w", "b"}, {"c"}).Node("Relu", {"c"}, {"r"});
  test.Node("Softmax", {"r"}, {"y"}).Output("y");
  return test;
}

TEST(CoverageTest, CountsFusedNodesAsQuantized) {
  const Coverage coverage = Covered(Network());
  EXPECT_EQ(coverage.compute_nodes, 3U);
  EXPECT_THAT(coverage.left_float, IsEmpty());
  EXPECT_EQ(Summary(coverage), "all 3 compute nodes are quantized");
}

TEST(CoverageTest, NamesTheNodesAroundAFloatTensor) {
  const Coverage coverage = Covered(Network(), {}, FloatFor("r"));
  EXPECT_EQ(coverage.compute_nodes, 3U);
  EXPECT_THAT(LeftFloat(coverage), ElementsAre("r_node", "y_node"));
  EXPECT_EQ(Summary(coverage),
            "2 of 3 compute nodes stayed float: Relu ('r_node'), Softmax ('y_node')");
}

TEST(CoverageTest, WeightsThatStayFloatCountUnlessAskedFor) {
  Overrides overrides;
  overrides.params = FloatFor("w").activations;
  EXPECT_THAT(LeftFloat(Covered(Network(), {}, overrides)), ElementsAre("c_node"));
  EXPECT_THAT(LeftFloat(Covered(Network(), {.quantize_weights = false})), IsEmpty());
}

TEST(CoverageTest, LeavesOutWhatComputesNoNumbers) {
  TestGraph test;
  test.Input("x", {2, 3});
  test.Node("Shape", {"x"}, {"s"}, ElementType::kInt64).Node("Cast", {"s"}, {"f"});
  test.Floats("half", {}, {0.5F}).Node("Mul", {"f", "half"}, {"g"});
  test.Node("Cast", {"g"}, {"dims"}, ElementType::kInt64).Node("Expand", {"x", "dims"}, {"e"});
  test.Node("ArgMax", {"e"}, {"i"}, ElementType::kInt64).Node("Cast", {"i"}, {"j"});
  test.Node("Less", {"e", "e"}, {"l"}, ElementType::kBool).Node("ConstantOfShape", {"s"}, {"z"});
  test.Node("Add", {"e", "z"}, {"y"}).Output("y").Output("i").Output("j").Output("l");
  const Coverage coverage = Covered(test);
  EXPECT_EQ(coverage.compute_nodes, 2U) << "Expand and Add";
  EXPECT_THAT(LeftFloat(coverage), ElementsAre("y_node")) << "it reads what a shape alone makes";
}

TEST(CoverageTest, CountsControlFlowWithWhatIsInside) {
  TestGraph test;
  test.Input("x", {2}).Input("c", {}, ElementType::kBool);
  auto branch = std::make_shared<model::Graph>();
  model::Node inner;
  inner.op_type = "Neg";
  inner.inputs = {"x"};
  inner.outputs = {"n"};
  branch->nodes = {inner, inner};
  branch->nodes[1].outputs = {"m"};
  branch->outputs = {{.name = "m", .has_rank = false}};
  const std::shared_ptr<const model::Graph> held = branch;
  for (const std::string output : {"a", "b", "d", "e", "f", "y"}) {
    test.Node("If", {"c"}, {output}).Output(output);
    test.graph.nodes.back().attributes["then_branch"] = held;
    test.graph.nodes.back().attributes["else_branch"] = held;
  }
  test.Node("Neg", {"x"}, {"z"}).Output("z");
  const Coverage coverage = Covered(test);
  EXPECT_EQ(coverage.compute_nodes, 7U);
  ASSERT_EQ(coverage.left_float.size(), 6U);
  EXPECT_EQ(coverage.left_float[0].inner_nodes, 4U);
  EXPECT_EQ(Summary(coverage),
            "6 of 7 compute nodes stayed float: 6 If ('a_node' with 4 nodes inside, 'b_node' with "
            "4 nodes inside, 'd_node' with 4 nodes inside, 'e_node' with 4 nodes inside, 'f_node' "
            "with 4 nodes inside and 1 more)");
}

TEST(CoverageTest, TensorsOfNoKnownTypeCount) {
  TestGraph test = Network();
  test.graph.nodes.back().op_type = "Custom";
  test.types.erase("y");
  EXPECT_THAT(LeftFloat(Covered(test)), ElementsAre("y_node"));
}

TEST(CoverageTest, NothingToSayWhereNothingComputes) {
  TestGraph test;
  test.Input("x", {2});
  test.Node("ArgMax", {"x"}, {"y"}, ElementType::kInt64).Output("y");
  EXPECT_EQ(Summary(Covered(test)), "");
}

}  // namespace
}  // namespace acc::quantize
