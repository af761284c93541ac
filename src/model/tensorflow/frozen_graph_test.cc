// SPDX-License-Identifier: BSD-3-Clause
#include "model/tensorflow/frozen_graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <memory>

#include "model/graph.h"
#include "model/tensorflow/file.h"
#include "model/tensorflow/translation.h"
#include "model/tensorflow/types.h"

namespace acc::model::tensorflow {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

proto::NodeDef& AddOp(proto::GraphDef& graph, const std::string& op, const std::string& name,
                      const std::vector<std::string>& inputs = {}) {
  proto::NodeDef& node = *graph.add_node();
  node.set_op(op);
  node.set_name(name);
  for (const std::string& input : inputs) node.add_input(input);
  (*node.mutable_attr())["T"].set_type(TypeNumber(ElementType::kFloat32));
  return node;
}

void AddConstant(proto::GraphDef& graph, const std::string& name, ElementType type,
                 const std::vector<std::int32_t>& values) {
  proto::NodeDef& node = AddOp(graph, "Const", name);
  proto::TensorProto& tensor = *(*node.mutable_attr())["value"].mutable_tensor();
  tensor.set_dtype(TypeNumber(type));
  if (values.size() > 1) {
    tensor.mutable_tensor_shape()->add_dim()->set_size(static_cast<std::int64_t>(values.size()));
  }
  for (const std::int32_t value : values) {
    if (type == ElementType::kBool) tensor.add_bool_val(value != 0);
    if (type == ElementType::kInt32) tensor.add_int_val(value);
    if (type == ElementType::kFloat32) tensor.add_float_val(static_cast<float>(value));
  }
}

Result<FrozenGraph> Open(const proto::GraphDef& graph, const Ends& ends = {}) {
  return FrozenGraph::Create(std::make_unique<proto::GraphDef>(graph), ends);
}

std::vector<std::string> OpNames(const FrozenGraph& graph) {
  std::vector<std::string> names;
  for (const Op& op : graph.ops()) names.push_back(op.def->name());
  return names;
}

// x -> relu -> y, and x -> other
proto::GraphDef Fork() {
  proto::GraphDef graph;
  AddOp(graph, "Identity", "y", {"relu:0", "^other"});
  AddOp(graph, "Relu", "relu", {"x"});
  AddOp(graph, "Tanh", "other", {"x"});
  AddOp(graph, "Placeholder", "x");
  return graph;
}

TEST(FrozenGraph, TakesWhatTheOutputsNeedInTheOrderOfExecution) {
  const auto graph = Open(Fork(), {.outputs = {"y"}});
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  EXPECT_THAT(OpNames(*graph), ElementsAre("relu", "y"));
  EXPECT_THAT(graph->outputs(), ElementsAre("y:0"));
  EXPECT_EQ(graph->inputs().front().name, "x:0");
  EXPECT_EQ(graph->inputs().front().type, ElementType::kFloat32);
}

TEST(FrozenGraph, WithoutOutputsTakesWhatNothingReads) {
  const auto graph = Open(Fork());
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  EXPECT_THAT(graph->outputs(), UnorderedElementsAre("y:0", "other:0")) << "a wait is no read";
}

TEST(FrozenGraph, StopsAtAnyOpThatIsAnInput) {
  const auto graph = Open(Fork(), {.inputs = {"relu"}, .outputs = {"y:0", "nothing"}});
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  EXPECT_THAT(OpNames(*graph), ElementsAre("y"));
  EXPECT_EQ(graph->inputs().front().name, "relu:0");
  EXPECT_FALSE(graph->inputs().front().has_rank);
}

TEST(FrozenGraph, LoadsControlInputsToo) {
  const auto graph = Open(Fork(), {.outputs = {"y"}});
  ASSERT_TRUE(graph.ok());
  const std::string part = graph->Serialized();
  const auto again = ParseGraphDef(std::as_bytes(std::span(part)));
  ASSERT_TRUE(again.ok());
  std::vector<std::string> names;
  for (const auto& node : (*again)->node()) names.push_back(node.name());
  EXPECT_THAT(names, UnorderedElementsAre("y", "relu", "other"));
}

TEST(FrozenGraph, RefusesWhatIsNoGraph) {
  proto::GraphDef twice = Fork();
  AddOp(twice, "Relu", "x");
  EXPECT_THAT(Open(twice).status().message(), HasSubstr("two ops are named 'x'"));
  proto::GraphDef dangling;
  AddOp(dangling, "Relu", "y", {"none:3"});
  EXPECT_THAT(Open(dangling).status().message(), HasSubstr("reads 'none:3'"));
  proto::GraphDef cycle;
  AddOp(cycle, "Relu", "a", {"b"});
  AddOp(cycle, "Relu", "b", {"a"});
  EXPECT_THAT(Open(cycle, {.outputs = {"a"}}).status().message(), HasSubstr("its own output"));
  proto::GraphDef constants;
  AddConstant(constants, "c", ElementType::kInt32, {1});
  EXPECT_THAT(Open(constants).status().message(), HasSubstr("nothing but constants"));
}

TEST(FrozenGraph, ALoopIsNoCycle) {
  proto::GraphDef graph;
  AddOp(graph, "Placeholder", "x");
  AddOp(graph, "Enter", "enter", {"x"});
  AddOp(graph, "Merge", "merge", {"enter", "next"});
  AddOp(graph, "Switch", "switch", {"merge", "merge"});
  AddOp(graph, "Relu", "body", {"switch:1"});
  AddOp(graph, "NextIteration", "next", {"body"});
  AddOp(graph, "Exit", "y", {"switch"});
  const auto frozen = Open(graph, {.outputs = {"y"}});
  ASSERT_TRUE(frozen.ok()) << frozen.status().message();
  EXPECT_THAT(OpNames(*frozen), ElementsAre("enter", "merge", "switch", "y", "body", "next"));
}

TEST(FrozenGraph, SeesAConstantThroughIdentities) {
  proto::GraphDef graph;
  AddConstant(graph, "c", ElementType::kFloat32, {1, 2});
  AddOp(graph, "Identity", "read", {"c"});
  AddOp(graph, "Relu", "y", {"read"});
  const auto frozen = Open(graph);
  ASSERT_TRUE(frozen.ok());
  ASSERT_NE(frozen->ConstantOf("read:0"), nullptr);
  EXPECT_EQ(frozen->ConstantOf("read:0")->name(), "c");
  EXPECT_EQ(frozen->ConstantOf("y:0"), nullptr);
}

TEST(TensorOf, RepeatsTheLastValueAndChecksSizes) {
  proto::TensorProto tensor;
  tensor.set_dtype(TypeNumber(ElementType::kFloat32));
  tensor.mutable_tensor_shape()->add_dim()->set_size(3);
  tensor.add_float_val(1);
  tensor.add_float_val(2);
  EXPECT_THAT(ToFloats(TensorOf(tensor)->view()).value(), ElementsAre(1, 2, 2));
  tensor.set_tensor_content("1234");
  EXPECT_FALSE(TensorOf(tensor).ok()) << "4 bytes for 3 floats";
  tensor.clear_tensor_content();
  tensor.mutable_tensor_shape()->mutable_dim(0)->set_size(1);
  EXPECT_FALSE(TensorOf(tensor).ok()) << "2 numbers for one element";
  tensor.mutable_tensor_shape()->mutable_dim(0)->set_size(std::int64_t{1} << 40);
  EXPECT_THAT(TensorOf(tensor).status().message(), HasSubstr("256 MiB"));
  tensor.set_dtype(20);
  EXPECT_THAT(TensorOf(tensor).status().message(), HasSubstr("resource"));
}

TEST(TranslateGraph, KeepsWhatHasNoTranslationByName) {
  proto::GraphDef graph = Fork();
  AddOp(graph, "Lgamma", "gamma", {"y"});
  const auto frozen = Open(graph, {.outputs = {"gamma"}});
  ASSERT_TRUE(frozen.ok());
  const auto translated = TranslateGraph(*frozen, "g");
  ASSERT_TRUE(translated.ok()) << translated.status().message();
  EXPECT_EQ(translated->nodes.back().op_type, "Lgamma");
  EXPECT_EQ(translated->nodes.back().domain, kUntranslatedDomain);
  EXPECT_THAT(translated->opsets, ElementsAre(std::pair<const std::string, std::int64_t>("", 18)));
}

TEST(TranslateGraph, TakesTheBranchOfAKnownCondition) {
  proto::GraphDef graph;
  AddOp(graph, "Placeholder", "x");
  AddConstant(graph, "flag", ElementType::kBool, {0});
  AddOp(graph, "Switch", "switch", {"x", "flag"});
  AddOp(graph, "Relu", "if_false", {"switch"});
  AddOp(graph, "Tanh", "if_true", {"switch:1"});
  AddOp(graph, "Merge", "y", {"if_false", "if_true"});
  const auto frozen = Open(graph, {.outputs = {"y"}});
  ASSERT_TRUE(frozen.ok()) << frozen.status().message();
  const auto translated = TranslateGraph(*frozen, "g");
  ASSERT_TRUE(translated.ok()) << translated.status().message();
  std::vector<std::string> types;
  for (const Node& node : translated->nodes) types.push_back(node.op_type);
  EXPECT_THAT(types, ElementsAre("Identity", "Relu", "Identity"));
  const auto dead = Open(graph, {.outputs = {"if_true"}});
  ASSERT_TRUE(dead.ok());
  EXPECT_THAT(TranslateGraph(*dead, "g").status().message(), HasSubstr("does not run"));
}

TEST(TranslateGraph, NamesTheOpWhoseInputsAreWrong) {
  proto::GraphDef graph;
  AddOp(graph, "Placeholder", "x");
  AddOp(graph, "Transpose", "y", {"x", "x"});
  const auto frozen = Open(graph);
  ASSERT_TRUE(frozen.ok());
  EXPECT_THAT(TranslateGraph(*frozen, "g").status().message(),
              HasSubstr("op 'y' of type Transpose: its perm has to be a constant"));
}

}  // namespace
}  // namespace acc::model::tensorflow
