// SPDX-License-Identifier: BSD-3-Clause
#include <gmock/gmock.h>

#include "convert/convert.h"
#include "convert/convert_testing.h"

namespace acc::convert {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

TargetGraph Converted(const model::Graph& graph, FakeOracle& oracle, const Options& options = {}) {
  auto target = Convert(graph, options, oracle);
  EXPECT_TRUE(target.ok()) << target.status().message();
  return std::move(target).value();
}

TEST(FoldConstantsTest, TurnsEveryFormOfConstantIntoAnInitializer) {
  const std::vector<std::pair<std::string, model::Attribute>> forms = {
      {"value", FloatTensor({}, {2})},
      {"value_float", 2.0F},
      {"value_int", std::int64_t{2}},
      {"value_floats", std::vector<float>{2}},
      {"value_ints", std::vector<std::int64_t>{2}},
  };
  for (const auto& [name, value] : forms) {
    FakeOracle oracle;
    const TargetGraph target = Converted(
        MakeGraph(
            {MakeNode("Constant", {}, {"c"}, {{name, value}}), MakeNode("Add", {"x", "c"}, {"y"})},
            {"y"}),
        oracle);
    ASSERT_THAT(target.graph.nodes, SizeIs(1));
    EXPECT_THAT(ToFloats(target.graph.initializers.at("c").view()).value(), ElementsAre(2)) << name;
    EXPECT_THAT(Reasons(target), Contains(Pair("c", "folded into a constant")));
    EXPECT_EQ(oracle.evaluations, 0);
  }
}

TEST(FoldConstantsTest, LeavesConstantsThatAreOutputsOrStrings) {
  FakeOracle oracle;
  const TargetGraph target =
      Converted(MakeGraph({MakeNode("Constant", {}, {"y"}, {{"value_float", 1.0F}}),
                           MakeNode("Constant", {}, {"s"}, {{"value_string", std::string("a")}}),
                           MakeNode("StringOp", {"s", "x"}, {"z"})},
                          {"y", "z"}),
                oracle);
  EXPECT_THAT(target.graph.nodes, SizeIs(3));
}

TEST(FoldConstantsTest, EvaluatesChainsInOneGo) {
  model::Graph graph =
      MakeGraph({MakeNode("Add", {"w", "w"}, {"a"}), MakeNode("Mul", {"a", "w"}, {"b"}),
                 MakeNode("Add", {"x", "b"}, {"y"})},
                {"y"});
  graph.initializers["w"] = FloatTensor({1}, {3});
  FakeOracle oracle;
  const TargetGraph target = Converted(graph, oracle);
  ASSERT_THAT(target.graph.nodes, SizeIs(1));
  EXPECT_THAT(target.graph.initializers.at("b").values<float>(), ElementsAre(18));
  EXPECT_THAT(target.graph.initializers, SizeIs(1)) << "what nothing reads is dropped";
  EXPECT_THAT(Reasons(target), Contains(Pair("a", "folded into a constant")));
  EXPECT_EQ(oracle.evaluations, 1);
}

// x -> Shape -> Gather(0) -> Concat(-1): what exporters write for the new dims of a Reshape.
model::Graph ShapeArithmetic() {
  model::Graph graph = MakeGraph(
      {MakeNode("Relu", {"x"}, {"r"}), MakeNode("Neg", {"r"}, {"only_for_shape"}),
       MakeNode("Shape", {"only_for_shape"}, {"shape"}),
       MakeNode("Gather", {"shape", "zero"}, {"batch"}),
       MakeNode("Concat", {"batch", "minus_one"}, {"wanted"}, {{"axis", std::int64_t{0}}}),
       MakeNode("Op", {"r", "wanted"}, {"y"})},
      {"y"});
  graph.initializers["zero"] = Int64Tensor({1}, {0});
  graph.initializers["minus_one"] = Int64Tensor({1}, {-1});
  return graph;
}

TEST(FoldConstantsTest, CollapsesShapeArithmetic) {
  FakeOracle oracle;
  const TargetGraph target = Converted(ShapeArithmetic(), oracle);
  ASSERT_THAT(target.graph.nodes, SizeIs(2)) << "Relu and Op";
  EXPECT_THAT(target.graph.initializers.at("wanted").values<std::int64_t>(), ElementsAre(2, -1));
  EXPECT_THAT(Reasons(target), Contains(Pair("only_for_shape", "not needed for the outputs")));
  EXPECT_THAT(Reasons(target), Contains(Pair("shape", "folded into a constant")));
}

TEST(FoldConstantsTest, KeepsShapesThatAreNotKnown) {
  model::Graph graph = ShapeArithmetic();
  graph.inputs[0].dims = {kUnknownDim, 3};
  FakeOracle oracle;
  EXPECT_THAT(Converted(graph, oracle).graph.nodes, SizeIs(6));
  EXPECT_THAT(Converted(graph, oracle, {.input_dims = {{"x", {2, 3}}}}).graph.nodes, SizeIs(2));
}

TEST(FoldConstantsTest, HonoursStartAndEndOfShape) {
  struct Case {
    std::map<std::string, model::Attribute> attributes;
    std::vector<std::int64_t> expected;
  };
  for (const Case& shape :
       {Case{{{"start", std::int64_t{1}}}, {3}}, Case{{{"end", std::int64_t{-1}}}, {2}},
        Case{{{"start", std::int64_t{-9}}, {"end", std::int64_t{9}}}, {2, 3}}}) {
    FakeOracle oracle;
    const TargetGraph target =
        Converted(MakeGraph({MakeNode("Shape", {"x"}, {"s"}, shape.attributes),
                             MakeNode("Tile", {"x", "s"}, {"y"})},
                            {"y"}),
                  oracle);
    const auto values = target.graph.initializers.at("s").values<std::int64_t>();
    EXPECT_EQ(std::vector<std::int64_t>(values.begin(), values.end()), shape.expected);
  }
}

TEST(FoldConstantsTest, FoldsSize) {
  FakeOracle oracle;
  const TargetGraph target = Converted(
      MakeGraph({MakeNode("Size", {"x"}, {"s"}), MakeNode("Op", {"x", "s"}, {"y"})}, {"y"}),
      oracle);
  EXPECT_THAT(target.graph.initializers.at("s").values<std::int64_t>(), ElementsAre(6));
}

TEST(FoldConstantsTest, LeavesRandomForeignAndLargeResults) {
  for (const std::string op_type : {"RandomNormalLike", "Expand", "Foreign"}) {
    model::Graph graph =
        MakeGraph({MakeNode(op_type, {"w"}, {"a"}), MakeNode("Add", {"x", "a"}, {"y"})}, {"y"});
    graph.initializers["w"] = FloatTensor({1}, {3});
    if (op_type == "Foreign") graph.nodes[0].domain = "com.example";
    FakeOracle oracle;
    oracle.dims["a"] = op_type == "Expand" ? Shape{1 << 13, 1 << 13} : Shape{1};
    EXPECT_THAT(Converted(graph, oracle).graph.nodes, SizeIs(2)) << op_type;
    EXPECT_EQ(oracle.evaluations, 0) << op_type;
  }
}

// A runtime that says nothing of tensors without axes.
class ScalarBlind : public FakeOracle {
 public:
  Result<std::map<std::string, ValueInfo>> InferTypes(const model::Graph& graph) override {
    auto types = FakeOracle::InferTypes(graph);
    std::erase_if(types.value(), [](const auto& entry) { return entry.second.dims.empty(); });
    return types;
  }
};

TEST(FoldConstantsTest, FoldsScalarsThatInferenceIsSilentAbout) {
  for (const std::string op_type : {"Mul", "Expand", "SequenceConstruct"}) {
    model::Graph graph =
        MakeGraph({MakeNode(op_type, {"w"}, {"a"}), MakeNode("Add", {"x", "a"}, {"y"})}, {"y"});
    graph.initializers["w"] = FloatTensor({}, {3});
    ScalarBlind oracle;
    EXPECT_THAT(Converted(graph, oracle).graph.nodes, SizeIs(op_type == "Mul" ? 1 : 2)) << op_type;
  }
}

TEST(FoldConstantsTest, CanBeSwitchedOff) {
  model::Graph graph =
      MakeGraph({MakeNode("Add", {"w", "w"}, {"a"}), MakeNode("Add", {"x", "a"}, {"y"})}, {"y"});
  graph.initializers["w"] = FloatTensor({1}, {3});
  FakeOracle oracle;
  EXPECT_THAT(Converted(graph, oracle, {.fold_constants = false}).graph.nodes, SizeIs(2));
}

// If(condition) with a branch that squares and one that negates.
model::Graph WithIf(bool condition) {
  const auto branch = [](const std::string& op_type) {
    auto graph = std::make_shared<model::Graph>();
    graph->initializers["w"] = FloatTensor({1}, {2});
    graph->nodes = {MakeNode(op_type, {"a", "w"}, {"t"}), MakeNode("Exp", {"t"}, {"u"})};
    graph->outputs = {Floats("u", {})};
    return std::shared_ptr<const model::Graph>(graph);
  };
  model::Graph graph =
      MakeGraph({MakeNode("Relu", {"x"}, {"a"}),
                 MakeNode("If", {"c"}, {"b"},
                          {{"then_branch", branch("Then")}, {"else_branch", branch("Else")}}),
                 MakeNode("Neg", {"b"}, {"t"})},
                {"t"});
  const std::vector<std::byte> value = {condition ? std::byte{1} : std::byte{0}};
  graph.initializers["c"] = Tensor::Create(ElementType::kBool, {}, value).value();
  return graph;
}

TEST(FoldConstantsTest, TakesTheBranchOfAConstantCondition) {
  for (const bool condition : {true, false}) {
    FakeOracle oracle;
    const TargetGraph target = Converted(WithIf(condition), oracle);
    EXPECT_EQ(FindNode(target.graph, "If"), nullptr);
    EXPECT_EQ(FindNode(target.graph, "Then") != nullptr, condition);
    EXPECT_EQ(FindNode(target.graph, "Else") != nullptr, !condition);
    ASSERT_THAT(target.graph.nodes, SizeIs(4));
    EXPECT_EQ(target.tensors.at("b").source, "b") << "the If's output has a twin";
    EXPECT_EQ(target.tensors.at("t").source, "t");
    EXPECT_THAT(target.removed, IsEmpty());
    int without_source = 0;
    for (const auto& [name, tensor] : target.tensors)
      without_source += tensor.source.empty() ? 1 : 0;
    EXPECT_EQ(without_source, 1) << "what the branch makes on the way";
  }
}

TEST(FoldConstantsTest, NamesTheTensorThatTheRuntimeDoesNotEvaluate) {
  class Silent : public FakeOracle {
    Result<std::map<std::string, Tensor>> Evaluate(const model::Graph&) override {
      return std::map<std::string, Tensor>();
    }
  };
  model::Graph graph =
      MakeGraph({MakeNode("Add", {"w", "w"}, {"a"}), MakeNode("Add", {"x", "a"}, {"y"})}, {"y"});
  graph.initializers["w"] = FloatTensor({1}, {3});
  Silent oracle;
  EXPECT_THAT(Convert(graph, {}, oracle).status().message(), HasSubstr("no value for a"));
}

}  // namespace
}  // namespace acc::convert
