// SPDX-License-Identifier: BSD-3-Clause
#include "model/onnx/arity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace acc::model {
namespace {

using ::testing::HasSubstr;
using Names = std::vector<std::string>;

Graph Of(const std::string& op_type, Names inputs, Names outputs = {"y"}) {
  Graph graph;
  Node& node = graph.nodes.emplace_back();
  node.name = "n";
  node.op_type = op_type;
  node.inputs = std::move(inputs);
  node.outputs = std::move(outputs);
  return graph;
}

TEST(CheckArity, AcceptsWhatOperatorsTake) {
  EXPECT_TRUE(CheckArity(Of("Relu", {"x"})).ok());
  EXPECT_TRUE(CheckArity(Of("Concat", {"a", "b", "c", "d", "e"})).ok());
  EXPECT_TRUE(CheckArity(Of("Resize", {"x", "", "s"})).ok());
  EXPECT_TRUE(CheckArity(Of("ReduceSum", {"x", ""})).ok());
  EXPECT_TRUE(CheckArity(Of("Loop", {"", ""})).ok());
  EXPECT_TRUE(CheckArity(Of("Constant", {})).ok());
  EXPECT_TRUE(CheckArity(Of("NobodyKnowsThis", {})).ok());
  Graph foreign = Of("Add", {});
  foreign.nodes[0].domain = "mine";
  EXPECT_TRUE(CheckArity(foreign).ok());
}

TEST(CheckArity, RefusesWhatTheyDoNot) {
  EXPECT_THAT(CheckArity(Of("Add", {"a"})).message(), HasSubstr("needs 2 inputs"));
  EXPECT_THAT(CheckArity(Of("Add", {"a", ""})).message(), HasSubstr("'n' (Add) lacks an input"));
  EXPECT_THAT(CheckArity(Of("Conv", {"x"})).message(), HasSubstr("needs 2 inputs"));
  EXPECT_THAT(CheckArity(Of("Concat", {})).message(), HasSubstr("needs 1 input"));
  EXPECT_THAT(CheckArity(Of("Relu", {"x"}, {})).message(), HasSubstr("lacks an output"));
  Graph outer = Of("If", {"c"});
  outer.nodes[0].attributes["then_branch"] = std::make_shared<const Graph>(Of("MatMul", {"a"}));
  EXPECT_THAT(CheckArity(outer).message(), HasSubstr("MatMul"));
}

}  // namespace
}  // namespace acc::model
