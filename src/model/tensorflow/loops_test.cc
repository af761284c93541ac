// SPDX-License-Identifier: BSD-3-Clause
#include "model/tensorflow/loops.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "model/graph.h"
#include "model/tensorflow/types.h"

namespace acc::model::tensorflow {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

struct OpRow {
  std::string type;
  std::string name;
  std::vector<std::string> inputs;
  std::string frame = {};
};

proto::GraphDef MakeGraph(const std::vector<OpRow>& rows) {
  proto::GraphDef graph;
  for (const OpRow& row : rows) {
    proto::NodeDef& node = *graph.add_node();
    node.set_op(row.type);
    node.set_name(row.name);
    for (const std::string& input : row.inputs) node.add_input(input);
    if (!row.frame.empty()) (*node.mutable_attr())["frame_name"].set_s(row.frame);
  }
  return graph;
}

void AddInt(proto::GraphDef& graph, const std::string& name, std::vector<std::int32_t> values) {
  proto::NodeDef& node = *graph.add_node();
  node.set_op("Const");
  node.set_name(name);
  proto::TensorProto& tensor = *(*node.mutable_attr())["value"].mutable_tensor();
  tensor.set_dtype(TypeNumber(ElementType::kInt32));
  if (values.size() > 1) tensor.mutable_tensor_shape()->add_dim()->set_size(std::ssize(values));
  for (const std::int32_t value : values) tensor.add_int_val(value);
}

// for (i = 0; i < limit; ++i) y = -y, of a float y.
proto::GraphDef Negations(std::int32_t limit, const std::vector<OpRow>& more = {}) {
  std::vector<OpRow> rows = {{"Placeholder", "x", {}},
                             {"Enter", "enter_i", {"zero"}, "f"},
                             {"Enter", "enter_y", {"x"}, "f"},
                             {"Enter", "enter_limit", {"limit"}, "f"},
                             {"Merge", "i", {"enter_i", "next_i"}},
                             {"Merge", "y", {"enter_y", "next_y"}},
                             {"Less", "less", {"i", "enter_limit"}},
                             {"LoopCond", "goes_on", {"less"}},
                             {"Switch", "switch_i", {"i", "goes_on"}},
                             {"Switch", "switch_y", {"y", "goes_on"}},
                             {"AddV2", "add", {"switch_i:1", "one"}},
                             {"Neg", "neg", {"switch_y:1"}},
                             {"NextIteration", "next_i", {"add"}},
                             {"NextIteration", "next_y", {"neg"}},
                             {"Exit", "result", {"switch_y"}},
                             {"Relu", "out", {"result"}}};
  rows.insert(rows.end(), more.begin(), more.end());
  proto::GraphDef graph = MakeGraph(rows);
  AddInt(graph, "zero", {0});
  AddInt(graph, "one", {1});
  AddInt(graph, "limit", {limit});
  return graph;
}

Graph Translated(const proto::GraphDef& def, const std::vector<std::string>& outputs = {"out"},
                 const Shape& x_dims = {}) {
  Ends ends{.outputs = outputs};
  if (!x_dims.empty()) ends.dims["x"] = x_dims;
  const auto frozen = FrozenGraph::Create(std::make_unique<proto::GraphDef>(def), ends);
  EXPECT_TRUE(frozen.ok()) << frozen.status().message();
  auto graph = TranslateGraph(*frozen, "g");
  EXPECT_TRUE(graph.ok()) << graph.status().message();
  return std::move(graph).value();
}

std::vector<std::string> Types(const Graph& graph) {
  std::vector<std::string> types;
  for (const Node& node : graph.nodes) types.push_back(node.op_type);
  return types;
}

bool IsRefused(const Graph& graph) {
  const auto types = Types(graph);
  return std::ranges::find(types, "Enter") != types.end();
}

TEST(Loops, AreWrittenOutRoundByRound) {
  const Graph graph = Translated(Negations(3));
  EXPECT_THAT(Types(graph), ElementsAre("Neg", "Neg", "Neg", "Identity", "Relu"));
  EXPECT_THAT(graph.nodes[0].inputs, ElementsAre("x:0"));
  for (std::size_t i = 1; i < 4; ++i) EXPECT_EQ(graph.nodes[i].inputs, graph.nodes[i - 1].outputs);
  EXPECT_THAT(graph.nodes[3].outputs, ElementsAre("result:0"));
}

TEST(Loops, TensorsOfTheRoundsAreTheTranslationsOwn) {
  const Graph graph = Translated(Negations(3));
  std::vector<std::string> shown;
  for (const auto& [name, tensor] : graph.source_tensors) shown.push_back(name);
  EXPECT_THAT(shown, ElementsAre("out:0", "result:0", "x:0"));
}

TEST(Loops, MayHaveNoRound) {
  EXPECT_THAT(Types(Translated(Negations(0))), ElementsAre("Identity", "Relu"));
}

TEST(Loops, StayWhereTheyHaveTooManyRounds) {
  EXPECT_FALSE(IsRefused(Translated(Negations(256))));
  EXPECT_TRUE(IsRefused(Translated(Negations(257))));
}

TEST(Loops, StayWhereOnlyTheRunKnowsTheLimit) {
  proto::GraphDef graph = Negations(3);
  for (proto::NodeDef& node : *graph.mutable_node()) {
    if (node.name() == "enter_limit") node.set_input(0, "fed");
  }
  *graph.add_node() = MakeGraph({{"Placeholder", "fed", {}}}).node(0);
  const Graph translated = Translated(graph);
  const auto exit = std::ranges::find(translated.nodes, "Exit", &Node::op_type);
  ASSERT_NE(exit, translated.nodes.end());
  EXPECT_EQ(exit->domain, kUntranslatedDomain);
}

// The limit is an axis of the input, moved by a transposition.
proto::GraphDef OverTime() {
  proto::GraphDef graph =
      Negations(3, {{"Transpose", "moved", {"x", "order"}},
                    {"Tanh", "tanh", {"moved"}},
                    {"Shape", "shape", {"tanh"}},
                    {"StridedSlice", "size", {"shape", "zero_list", "one_list", "one_list"}}});
  for (proto::NodeDef& node : *graph.mutable_node()) {
    if (node.name() == "enter_limit") node.set_input(0, "size");
    if (node.name() != "size") continue;
    (*node.mutable_attr())["shrink_axis_mask"].set_i(1);
    (*node.mutable_attr())["T"].set_type(TypeNumber(ElementType::kInt32));
  }
  AddInt(graph, "order", {1, 0, 2});
  for (const auto& [name, value] : {std::pair("zero_list", 0), std::pair("one_list", 1)}) {
    AddInt(graph, name, {value});
    graph.mutable_node()
        ->rbegin()
        ->mutable_attr()
        ->at("value")
        .mutable_tensor()
        ->mutable_tensor_shape()
        ->add_dim()
        ->set_size(1);
  }
  return graph;
}

TEST(Loops, OverAnAxisTakeItsSizeFromTheInput) {
  EXPECT_TRUE(IsRefused(Translated(OverTime()))) << "the file leaves it open";
  const Graph graph = Translated(OverTime(), {"out"}, {1, 4, 8});
  EXPECT_FALSE(IsRefused(graph));
  EXPECT_EQ(std::ranges::count(Types(graph), "Neg"), 4);
  EXPECT_EQ(graph.inputs.front().dims, (Shape{1, 4, 8}));
}

TEST(Loops, InOneAnotherStay) {
  const Graph graph = Translated(Negations(3, {{"Enter", "inner", {"switch_y:1"}, "g"},
                                               {"Exit", "inner_result", {"inner"}},
                                               {"Neg", "second", {"inner_result"}}}),
                                 {"out", "second"});
  EXPECT_TRUE(IsRefused(graph));
}

TEST(Loops, WithoutAllTheirPartsStay) {
  for (const std::string lacks : {"LoopCond", "NextIteration"}) {
    proto::GraphDef graph = Negations(3);
    for (proto::NodeDef& node : *graph.mutable_node()) {
      if (node.op() == lacks) node.set_op("Identity");
    }
    const auto frozen =
        FrozenGraph::Create(std::make_unique<proto::GraphDef>(graph), {.outputs = {"out"}});
    if (!frozen.ok()) continue;  // Without NextIteration, the loop is a cycle.
    const auto translated = TranslateGraph(*frozen, "g");
    EXPECT_TRUE(!translated.ok() || IsRefused(*translated)) << lacks;
  }
}

TEST(Loops, ThatFeedEachOtherAreTranslatedInTheirOrder) {
  std::vector<OpRow> second = {{"Enter", "b_i", {"zero"}, "b"},
                               {"Enter", "b_y", {"result"}, "b"},
                               {"Merge", "b_merge_i", {"b_i", "b_next_i"}},
                               {"Merge", "b_merge_y", {"b_y", "b_next_y"}},
                               {"Less", "b_less", {"b_merge_i", "one"}},
                               {"LoopCond", "b_goes_on", {"b_less"}},
                               {"Switch", "b_switch_i", {"b_merge_i", "b_goes_on"}},
                               {"Switch", "b_switch_y", {"b_merge_y", "b_goes_on"}},
                               {"AddV2", "b_add", {"b_switch_i:1", "one"}},
                               {"Tanh", "b_tanh", {"b_switch_y:1"}},
                               {"NextIteration", "b_next_i", {"b_add"}},
                               {"NextIteration", "b_next_y", {"b_tanh"}},
                               {"Exit", "b_result", {"b_switch_y"}}};
  const Graph graph = Translated(Negations(2, second), {"b_result"});
  EXPECT_THAT(Types(graph), ElementsAre("Neg", "Neg", "Identity", "Tanh", "Identity"));
}

// An array of 3 elements: x unstacked, each element negated.
proto::GraphDef Array(const std::vector<std::int32_t>& indices) {
  proto::GraphDef graph =
      MakeGraph({{"Placeholder", "x", {}},
                 {"TensorArrayV3", "in", {"size"}},
                 {"TensorArrayV3", "made", {"size"}},
                 {"TensorArrayScatterV3", "fill", {"in", "all", "x", "in:1"}},
                 {"TensorArrayReadV3", "read", {"in", "one", "fill"}},
                 {"Neg", "neg", {"read"}},
                 {"TensorArrayWriteV3", "w0", {"made", "zero", "neg", "made:1"}},
                 {"TensorArrayWriteV3", "w1", {"made", "one", "neg", "w0"}},
                 {"TensorArrayWriteV3", "w2", {"made", "two", "read", "w1"}},
                 {"TensorArrayGatherV3", "out", {"made", "all", "w2"}}});
  AddInt(graph, "size", {3});
  AddInt(graph, "all", indices);
  AddInt(graph, "zero", {0});
  AddInt(graph, "one", {1});
  AddInt(graph, "two", {2});
  return graph;
}

TEST(TensorLists, BecomeTensorsWhereEveryIndexIsKnown) {
  const Graph graph = Translated(Array({0, 1, 2}));
  std::map<std::string, const Node*> made_by;
  for (const Node& node : graph.nodes) made_by[node.outputs[0]] = &node;
  EXPECT_EQ(made_by.at("read:0")->op_type, "Gather");
  EXPECT_EQ(made_by.at("read:0")->inputs[0], "x:0");
  const Node& out = *made_by.at("out:0");
  EXPECT_EQ(out.op_type, "Concat");
  ASSERT_EQ(out.inputs.size(), 3U);
  EXPECT_EQ(made_by.at(out.inputs[0])->inputs[0], "neg:0");
  EXPECT_EQ(made_by.at(out.inputs[2])->inputs[0], "read:0");
}

TEST(TensorLists, StayWhereTheOrderIsAnother) {
  const Graph graph = Translated(Array({2, 1, 0}));
  EXPECT_THAT(Types(graph), Contains("TensorArrayGatherV3"));
  EXPECT_THAT(Types(graph), Contains("TensorArrayReadV3"));
}

TEST(TensorLists, StayWhereAnElementIsMissingOrOutside) {
  proto::GraphDef graph = Array({0, 1, 2});
  for (proto::NodeDef& node : *graph.mutable_node()) {
    if (node.name() == "w2") node.set_input(1, "one");
  }
  EXPECT_THAT(Types(Translated(graph)), Contains("TensorArrayGatherV3")) << "element 2 is missing";
  for (proto::NodeDef& node : *graph.mutable_node()) {
    if (node.name() == "w2") node.set_input(1, "size");
  }
  EXPECT_THAT(Types(Translated(graph)), Contains("TensorArrayGatherV3")) << "there is no element 3";
}

}  // namespace
}  // namespace acc::model::tensorflow
