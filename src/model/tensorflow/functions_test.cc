// SPDX-License-Identifier: BSD-3-Clause
#include "model/tensorflow/functions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/tensorflow/output_arguments.h"

namespace acc::model::tensorflow {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;

constexpr int kFloat = 1;

proto::NodeDef MakeOp(const std::string& op, const std::string& name,
                      const std::vector<std::string>& inputs) {
  proto::NodeDef node;
  node.set_op(op);
  node.set_name(name);
  for (const std::string& input : inputs) node.add_input(input);
  return node;
}

proto::NodeDef MakeCall(const std::string& function, const std::string& name,
                        const std::vector<std::string>& inputs) {
  proto::NodeDef node = MakeOp("PartitionedCall", name, inputs);
  (*node.mutable_attr())["f"].mutable_func()->set_name(function);
  return node;
}

// A function of a float `x`; each result is one float, made by the reference.
proto::FunctionDef& AddFunction(proto::GraphDef& graph, const std::string& name,
                                const std::vector<proto::NodeDef>& ops,
                                const std::vector<std::string>& results) {
  proto::FunctionDef& function = *graph.mutable_library()->add_function();
  proto::OpDef& signature = *function.mutable_signature();
  signature.set_name(name);
  proto::OpDef::ArgDef& argument = *signature.add_input_arg();
  argument.set_name("x");
  argument.set_type(kFloat);
  for (std::size_t i = 0; i < results.size(); ++i) {
    proto::OpDef::ArgDef& result = *signature.add_output_arg();
    result.set_name("result" + std::to_string(i));
    result.set_type(kFloat);
    (*function.mutable_ret())[result.name()] = results[i];
  }
  for (const proto::NodeDef& op : ops) *function.add_node_def() = op;
  return function;
}

Inlined Inline(proto::GraphDef& graph, CompiledCalls compiled = CompiledCalls::kReplace) {
  return InlineCalls(graph, {}, compiled);
}

// "type name(inputs)" of each op.
std::vector<std::string> Ops(const proto::GraphDef& graph) {
  std::vector<std::string> ops;
  for (const proto::NodeDef& node : graph.node()) {
    std::string& text = ops.emplace_back(node.op() + " " + node.name() + "(");
    for (const std::string& input : node.input()) text += (text.ends_with('(') ? "" : " ") + input;
    text += ")";
  }
  return ops;
}

std::string WhyKept(const Inlined& inlined, const std::string& call = "call") {
  const auto found = inlined.kept.find(call);
  return found == inlined.kept.end() ? "" : found->second;
}

TEST(InlineCalls, PutsTheOpsThatTheResultsNeedInThePlaceOfTheCall) {
  proto::GraphDef graph;
  *graph.add_node() = MakeCall("f", "call", {"outside:2", "^before"});
  AddFunction(graph, "f",
              {MakeOp("TopKV2", "top", {"x", "k:output:0"}), MakeOp("Const", "k", {}),
               MakeOp("Relu", "y", {"top:values:0", "^check"}), MakeOp("Assert", "check", {"x:0"}),
               MakeOp("Tanh", "unused", {"x"})},
              {"y:activations:0", "top:values:0", "x"});
  EXPECT_THAT(Inline(graph).kept, IsEmpty());
  EXPECT_THAT(Ops(graph),
              ElementsAre("IdentityN call(call/y:0 call/top:0 outside:2 ^before)",
                          "TopKV2 call/top(outside:2 call/k:0)", "Const call/k(^before)",
                          "Relu call/y(call/top:0 ^call/check)", "Assert call/check(outside:2)"));
  EXPECT_THAT(graph.node(0).attr().at("T").list().type(), ElementsAre(kFloat, kFloat, kFloat));
}

TEST(InlineCalls, KeepsEffectsBeforeTheCall) {
  proto::GraphDef graph;
  *graph.add_node() = MakeCall("f", "call", {"in"});
  proto::FunctionDef& f = AddFunction(graph, "f", {MakeOp("Assert", "check", {"x"})}, {"x"});
  (*f.mutable_control_ret())["check"] = "check";
  EXPECT_THAT(Inline(graph).kept, IsEmpty());
  EXPECT_THAT(Ops(graph), ElementsAre("Identity call(in ^call/check)", "Assert call/check(in)"));
}

TEST(InlineCalls, GoesIntoNestedCalls) {
  proto::GraphDef graph;
  *graph.add_node() = MakeCall("outer", "call", {"in"});
  AddFunction(graph, "outer", {MakeCall("inner", "nested", {"x"})}, {"nested:output:0"});
  AddFunction(graph, "inner", {MakeOp("Relu", "relu", {"x"})}, {"relu:activations:0"});
  EXPECT_THAT(Inline(graph).kept, IsEmpty());
  EXPECT_THAT(Ops(graph),
              ElementsAre("Identity call(call/nested:0)",
                          "Identity call/nested(call/nested/relu:0)", "Relu call/nested/relu(in)"));
}

TEST(InlineCalls, FillsPlaceholdersOfAttributesFromTheCall) {
  proto::GraphDef graph;
  proto::NodeDef call = MakeOp("Scale", "call", {"in"});
  (*call.mutable_attr())["T"].set_type(2);
  *graph.add_node() = call;
  proto::NodeDef op = MakeOp("Neg", "negated", {"x"});
  (*op.mutable_attr())["T"].set_placeholder("T");
  proto::FunctionDef& f = AddFunction(graph, "Scale", {op}, {"negated:y:0"});
  for (auto* argument : {f.mutable_signature()->mutable_input_arg(0),
                         f.mutable_signature()->mutable_output_arg(0)}) {
    argument->set_type(0);
    argument->set_type_attr("T");
  }
  proto::GraphDef without = graph;
  EXPECT_THAT(Inline(graph).kept, IsEmpty());
  EXPECT_EQ(graph.node(0).attr().at("T").type(), 2);
  EXPECT_EQ(graph.node(1).attr().at("T").type(), 2);
  without.mutable_node(0)->mutable_attr()->clear();
  EXPECT_THAT(WhyKept(Inline(without)), HasSubstr("whose type is not given"));
}

TEST(InlineCalls, WithBranchesConstantsWaitForTheArguments) {
  proto::GraphDef graph;
  *graph.add_node() = MakeOp("Switch", "switch", {"in", "flag"});
  *graph.add_node() = MakeCall("f", "call", {"switch:1"});
  AddFunction(graph, "f", {MakeOp("Const", "c", {})}, {"c:output:0"});
  EXPECT_THAT(Inline(graph).kept, IsEmpty());
  EXPECT_THAT(Ops(graph), ElementsAre("Switch switch(in flag)", "Identity call(call/c:0)",
                                      "Identity call/x(switch:1)", "Const call/c(^call/x)"));
}

TEST(InlineCalls, TakesTheBranchOfAConstantCondition) {
  proto::GraphDef graph;
  for (const bool value : {true, false}) {
    proto::NodeDef& flag = *graph.add_node() = MakeOp("Const", value ? "yes" : "no", {});
    proto::TensorProto& tensor = *(*flag.mutable_attr())["value"].mutable_tensor();
    tensor.set_dtype(10);
    tensor.add_bool_val(value);
  }
  const auto add_if = [&](const std::string& name, const std::string& condition) {
    proto::NodeDef& node = *graph.add_node() = MakeOp("StatelessIf", name, {condition, "in"});
    (*node.mutable_attr())["then_branch"].mutable_func()->set_name("relu");
    (*node.mutable_attr())["else_branch"].mutable_func()->set_name("tanh");
  };
  add_if("a", "yes");
  add_if("b", "no:0");
  add_if("c", "in");
  AddFunction(graph, "relu", {MakeOp("Relu", "y", {"x"})}, {"y:activations:0"});
  AddFunction(graph, "tanh", {MakeOp("Tanh", "y", {"x"})}, {"y:y:0"});
  proto::GraphDef fed = graph;
  EXPECT_THAT(Inline(graph).kept, IsEmpty());
  const auto ops = Ops(graph);
  EXPECT_THAT(ops, Contains("Relu a/y(in)"));
  EXPECT_THAT(ops, Contains("Tanh b/y(in)"));
  EXPECT_THAT(ops, Contains("StatelessIf c(in in)")) << "only the run knows";
  InlineCalls(fed, {"yes"}, CompiledCalls::kReplace);
  EXPECT_THAT(Ops(fed), Contains("StatelessIf a(yes in)")) << "the user gives it";
}

TEST(InlineCalls, ACaseOutOfRangeIsTheLastBranch) {
  proto::GraphDef graph;
  for (const int value : {0, -1}) {
    const std::string name = value == 0 ? "first" : "other";
    proto::NodeDef& index = *graph.add_node() = MakeOp("Const", name + "/index", {});
    proto::TensorProto& tensor = *(*index.mutable_attr())["value"].mutable_tensor();
    tensor.set_dtype(3);
    tensor.add_int_val(value);
    proto::NodeDef& node = *graph.add_node() = MakeOp("Case", name, {name + "/index", "in"});
    for (const char* branch : {"relu", "tanh"}) {
      (*node.mutable_attr())["branches"].mutable_list()->add_func()->set_name(branch);
    }
  }
  AddFunction(graph, "relu", {MakeOp("Relu", "y", {"x"})}, {"y:activations:0"});
  AddFunction(graph, "tanh", {MakeOp("Tanh", "y", {"x"})}, {"y:y:0"});
  EXPECT_THAT(Inline(graph).kept, IsEmpty());
  EXPECT_THAT(Ops(graph), Contains("Relu first/y(in)"));
  EXPECT_THAT(Ops(graph), Contains("Tanh other/y(in)"));
}

TEST(InlineCalls, LeavesCompiledCallsToTheFrameworkAndTellsTheirOps) {
  proto::GraphDef graph;
  *graph.add_node() = MakeCall("f", "call", {"in"});
  proto::FunctionDef& f =
      AddFunction(graph, "f", {MakeCall("g", "nested", {"x"})}, {"nested:output:0"});
  (*f.mutable_attr())["_XlaMustCompile"].set_b(true);
  AddFunction(graph, "g", {MakeOp("Relu", "y", {"x"})}, {"y:activations:0"});
  proto::GraphDef golden = graph;
  EXPECT_THAT(Inline(golden, CompiledCalls::kKeep).kept, IsEmpty());
  EXPECT_THAT(Ops(golden), ElementsAre("PartitionedCall call(in)"));
  EXPECT_THAT(Inline(graph).compiled, ElementsAre("call/nested", "call/nested/y"));
}

TEST(InlineCalls, NamesWhatItCannotReplace) {
  const auto why = [](const proto::NodeDef& op, const std::string& result,
                      const std::vector<std::string>& inputs = {"in"}) {
    proto::GraphDef graph;
    *graph.add_node() = MakeCall("f", "call", inputs);
    AddFunction(graph, "f", {op}, {result});
    return WhyKept(Inline(graph));
  };
  const auto relu = MakeOp("Relu", "y", {"x"});
  EXPECT_EQ(why(relu, "y:activations:0"), "");
  EXPECT_THAT(why(relu, "z:activations:0"), HasSubstr("reads 'z'"));
  EXPECT_THAT(why(relu, "y:0"), HasSubstr("'y:0', which is no output"));
  EXPECT_THAT(why(relu, "y:activations:-1"), HasSubstr("which is no output"));
  EXPECT_THAT(why(relu, "y:activations:0", {}), HasSubstr("1 arguments, the call gives 0"));
  EXPECT_THAT(why(MakeOp("Relu", "x", {"x"}), "x"), HasSubstr("something else of that name"));
  proto::GraphDef graph;
  *graph.add_node() = MakeCall("none", "call", {});
  AddFunction(graph, "f", {}, {});
  EXPECT_THAT(WhyKept(Inline(graph)), HasSubstr("'none' is not in the file"));
}

TEST(InlineCalls, WillNotGuessTheOrderOfUnknownOutputs) {
  proto::GraphDef graph;
  *graph.add_node() = MakeCall("f", "call", {"in"});
  AddFunction(graph, "f", {MakeOp("Custom", "y", {"x"})}, {"y:first:0", "y:second:0"});
  EXPECT_THAT(WhyKept(Inline(graph)), HasSubstr("whose order is not known"));
}

TEST(InlineCalls, WillNotTakeANameTwice) {
  proto::GraphDef graph;
  *graph.add_node() = MakeCall("f", "call", {"in"});
  *graph.add_node() = MakeOp("Relu", "call/y", {"in"});
  AddFunction(graph, "f", {MakeOp("Relu", "y", {"x"})}, {"y:activations:0"});
  EXPECT_THAT(WhyKept(Inline(graph)), HasSubstr("'call/y', which is taken"));
}

TEST(InlineCalls, StopsAtRecursion) {
  proto::GraphDef graph;
  *graph.add_node() = MakeCall("f", "call", {"in"});
  AddFunction(graph, "f", {MakeCall("g", "to_g", {"x"})}, {"to_g:output:0"});
  AddFunction(graph, "g", {MakeCall("f", "to_f", {"x"})}, {"to_f:output:0"});
  EXPECT_THAT(WhyKept(Inline(graph), "call/to_g/to_f"), HasSubstr("'f' calls itself"));
  EXPECT_EQ(graph.node_size(), 3);
}

TEST(InlineCalls, StopsAtExponentialGrowth) {
  proto::GraphDef graph;
  *graph.add_node() = MakeCall("f0", "call", {"in"});
  constexpr int kLevels = 40;
  for (int i = 0; i < kLevels; ++i) {
    const std::string next = "f" + std::to_string(i + 1);
    AddFunction(graph, "f" + std::to_string(i),
                {MakeCall(next, "a", {"x"}), MakeCall(next, "b", {"a:output:0"})}, {"b:output:0"});
  }
  AddFunction(graph, "f" + std::to_string(kLevels), {}, {"x"});
  const Inlined inlined = Inline(graph);
  EXPECT_LE(graph.node_size(), 100'001);
  ASSERT_THAT(inlined.kept, Not(IsEmpty()));
  EXPECT_THAT(inlined.kept.begin()->second, HasSubstr("makes the graph too large"));
}

TEST(InlineCalls, StopsAtManyCopiesOfAConstant) {
  proto::GraphDef graph;
  proto::NodeDef constant = MakeOp("Const", "c", {});
  (*constant.mutable_attr())["value"].mutable_tensor()->set_tensor_content(
      std::string(std::size_t{16} << 20, 'x'));
  AddFunction(graph, "f", {constant}, {"c:output:0"});
  for (int i = 0; i < 40; ++i)
    *graph.add_node() = MakeCall("f", "call" + std::to_string(i), {"in"});
  EXPECT_THAT(Inline(graph).kept, Contains(Key("call39")));
  EXPECT_LT(graph.ByteSizeLong(), std::size_t{300} << 20);
}

TEST(FirstPort, CountsTheOutputsBefore) {
  EXPECT_EQ(FirstPort("TopKV2", "indices"), 1U);
  EXPECT_EQ(FirstPort("FusedBatchNormV3", "batch_variance"), 2U);
  EXPECT_EQ(FirstPort("QuantizedConv2D", "max_output"), 2U);
  EXPECT_EQ(FirstPort("Relu", "activations"), 0U);
}

}  // namespace
}  // namespace acc::model::tensorflow
