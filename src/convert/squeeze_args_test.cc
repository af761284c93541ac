// SPDX-License-Identifier: BSD-3-Clause
#include <gmock/gmock.h>

#include "convert/convert.h"
#include "convert/convert_testing.h"

namespace acc::convert {
namespace {

TargetGraph Converted(std::int64_t opset, std::int64_t keeps_dims, bool for_htp) {
  model::Graph graph = MakeGraph(
      {MakeNode("ArgMax", {"x"}, {"y"}, {{"axis", std::int64_t{-1}}, {"keepdims", keeps_dims}})},
      {"y"});
  graph.opsets[""] = opset;
  FakeOracle oracle;
  Options options;
  options.for_htp = for_htp;
  auto target = Convert(graph, options, oracle);
  EXPECT_TRUE(target.ok()) << target.status().message();
  return *std::move(target);
}

TEST(SqueezeArgs, PutsTheDimBackBehind) {
  for (const std::int64_t opset : {11, 13}) {
    const TargetGraph target = Converted(opset, 1, true);
    ASSERT_EQ(target.graph.nodes.size(), 2U);
    const model::Node& arg = target.graph.nodes[0];
    const model::Node& unsqueeze = target.graph.nodes[1];
    EXPECT_EQ(arg.Get<std::int64_t>("keepdims", 1), 0);
    EXPECT_EQ(unsqueeze.op_type, "Unsqueeze");
    EXPECT_EQ(unsqueeze.inputs[0], arg.outputs[0]);
    EXPECT_EQ(unsqueeze.outputs[0], "y");
    EXPECT_EQ(unsqueeze.inputs.size(), opset < 13 ? 1U : 2U);
    EXPECT_EQ(unsqueeze.attributes.contains("axes"), opset < 13);
    EXPECT_TRUE(target.tensors.at("y").is_shown);
    EXPECT_FALSE(target.tensors.at(arg.outputs[0]).is_shown);
  }
}

TEST(SqueezeArgs, LeavesOthers) {
  EXPECT_EQ(Converted(13, 0, true).graph.nodes.size(), 1U);
  EXPECT_EQ(Converted(13, 1, false).graph.nodes.size(), 1U);
}

}  // namespace
}  // namespace acc::convert
