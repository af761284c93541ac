// SPDX-License-Identifier: BSD-3-Clause
#include "target/htp/placement.h"

#include <gtest/gtest.h>

namespace acc::target {
namespace {

model::Node Make(const std::string& name, const std::string& op_type, const std::string& from,
                 const std::string& to) {
  model::Node node;
  node.name = name;
  node.op_type = op_type;
  node.inputs = {from};
  node.outputs = {to};
  return node;
}

// x -> conv -> c -> q -> c_q -> dq -> d -> erf -> e -> reshape -> y
model::Graph Chain() {
  model::Graph graph;
  graph.inputs = {{.name = "x", .type = ElementType::kFloat32, .dims = {4}}};
  graph.nodes = {Make("conv", "Conv", "x", "c"), Make("q", "QuantizeLinear", "c", "c_q"),
                 Make("dq", "DequantizeLinear", "c_q", "d"), Make("erf", "Erf", "d", "e"),
                 Make("reshape", "Reshape", "e", "y")};
  return graph;
}

Tap Fetch(const std::string& tensor) { return {.tensor = tensor, .fetch = tensor}; }

constexpr char kHtp[] = "QNNExecutionProvider";
constexpr char kCpu[] = "CPUExecutionProvider";

TEST(Placement, KnowsRenamedNodesAndLooksThroughQuantization) {
  const model::Graph graph = Chain();
  Placement placement(graph);
  SessionLog log;
  log.nodes = {{kHtp, "conv_token_3", "Conv"},
               {kHtp, "Transpose_token_9", "Transpose"},
               {kHtp, "q", "QuantizeLinear"},
               {kCpu, "erf", "Erf"},
               {kCpu, "reshape", "Reshape"}};
  log.refusals["erf_token_1"] = "not supported";
  placement.Enter(log);
  EXPECT_EQ(placement.Of(Fetch("x")), Processor::kUnknown);
  EXPECT_EQ(placement.Of(Fetch("c")), Processor::kHtp);
  EXPECT_EQ(placement.Of(Fetch("c_q")), Processor::kHtp);
  EXPECT_EQ(placement.Of(Fetch("e")), Processor::kCpu);
  EXPECT_TRUE(placement.Computes());
  const auto places = placement.places();
  ASSERT_EQ(places.size(), 3U);
  EXPECT_EQ(places[0].node, "conv");
  EXPECT_EQ(places[0].processor, Processor::kHtp);
  EXPECT_EQ(places[1].processor, Processor::kCpu);
  EXPECT_EQ(places[1].reason, "not supported");
  EXPECT_EQ(places[2].reason, "");
}

TEST(Placement, ANodeThatNoSessionNamesIsUnknown) {
  const model::Graph graph = Chain();
  Placement placement(graph);
  SessionLog log;
  log.nodes = {{kHtp, "conv", "Relu"}};  // Another node of that name.
  placement.Enter(log);
  EXPECT_EQ(placement.Of(Fetch("c")), Processor::kUnknown);
  EXPECT_EQ(placement.places()[0].processor, Processor::kUnknown);
}

TEST(Placement, ANodesOwnNameGoesBeforeTheRuntimes) {
  model::Graph graph = Chain();
  graph.nodes.push_back(Make("Transpose", "Transpose", "y", "z"));
  Placement placement(graph);
  SessionLog log;
  log.nodes = {{kHtp, "Transpose_token_4", "Transpose"}, {kCpu, "Transpose", "Transpose"}};
  placement.Enter(log);
  EXPECT_EQ(placement.Of(Fetch("z")), Processor::kCpu);
}

TEST(Placement, FormAloneIsNoComputing) {
  const model::Graph graph = Chain();
  Placement placement(graph);
  SessionLog log;
  log.nodes = {{kCpu, "conv", "Conv"}, {kHtp, "q", "QuantizeLinear"}, {kHtp, "reshape", "Reshape"}};
  placement.Enter(log);
  EXPECT_FALSE(placement.Computes());
  log.nodes[0].provider = kHtp;
  placement.Enter(log);
  EXPECT_TRUE(placement.Computes());
  EXPECT_EQ(placement.Of(Fetch("c")), Processor::kHtp);
  // Over both sessions, conv was not the HTP's throughout.
  EXPECT_EQ(placement.places()[0].processor, Processor::kCpu);
}

TEST(Placement, FormCountsWhereThereIsNothingElse) {
  model::Graph graph;
  graph.nodes = {Make("r", "Reshape", "x", "y"), Make("q", "QuantizeLinear", "y", "z")};
  Placement placement(graph);
  SessionLog log;
  log.nodes = {{kCpu, "r", "Reshape"}, {kHtp, "q", "QuantizeLinear"}};
  placement.Enter(log);
  EXPECT_FALSE(placement.Computes());
  log.nodes[0].provider = kHtp;
  placement.Enter(log);
  EXPECT_TRUE(placement.Computes());
}

TEST(WithDistinctNodeNames, NamesTheNamelessAndParts) {
  model::Graph graph = Chain();
  graph.nodes[1].name = "";
  graph.nodes[3].name = "conv";
  const model::Graph named = WithDistinctNodeNames(graph);
  EXPECT_EQ(named.nodes[0].name, "conv");
  EXPECT_EQ(named.nodes[1].name, "QuantizeLinear");
  EXPECT_EQ(named.nodes[3].name, "conv_1");
}

}  // namespace
}  // namespace acc::target
