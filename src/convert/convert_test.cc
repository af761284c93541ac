// SPDX-License-Identifier: BSD-3-Clause
#include "convert/convert.h"

#include <gmock/gmock.h>

#include <random>
#include <set>

#include "convert/convert_testing.h"
#include "model/graph.h"

namespace acc::convert {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

// x -> Relu -> a -> Neg -> b -> Abs -> y, and a -> Exp -> z.
model::Graph Branching() {
  return MakeGraph({MakeNode("Relu", {"x"}, {"a"}), MakeNode("Neg", {"a"}, {"b"}),
                    MakeNode("Abs", {"b"}, {"y"}), MakeNode("Exp", {"a"}, {"z"})},
                   {"y", "z"});
}

TEST(SanitizedNameTest, KeepsLettersDigitsAndUnderscores) {
  EXPECT_EQ(SanitizedName("conv1"), "conv1");
  EXPECT_EQ(SanitizedName("/m_tail/m_tail.1/DepthToSpace_output_0"),
            "_m_tail_m_tail_1_DepthToSpace_output_0");
  EXPECT_EQ(SanitizedName("1579"), "_1579");
  EXPECT_EQ(SanitizedName("a:0"), "a_0");
  EXPECT_EQ(SanitizedName(""), "_");
  EXPECT_EQ(SanitizedName("\xC3\xA4"), "__");
}

TEST(ConvertTest, MapsEveryTensorOfAPlainModel) {
  FakeOracle oracle;
  const auto target = Convert(Branching(), {}, oracle);
  ASSERT_TRUE(target.ok()) << target.status().message();
  EXPECT_THAT(target->tensors, SizeIs(5));
  EXPECT_EQ(target->tensors.at("b").source, "b");
  EXPECT_EQ(target->tensors.at("b").info.dims, (Shape{2, 3}));
  EXPECT_THAT(target->removed, IsEmpty());
  EXPECT_EQ(target->graph.outputs[0].dims, (Shape{2, 3}));
  EXPECT_EQ(oracle.inferences, 1);
  EXPECT_EQ(oracle.evaluations, 0);
}

TEST(ConvertTest, SanitizesAndSeparatesNames) {
  model::Graph graph =
      MakeGraph({MakeNode("Relu", {"in:0"}, {"a/b"}), MakeNode("Neg", {"a/b"}, {"a.b"}),
                 MakeNode("Abs", {"a.b"}, {"9"})},
                {"9"});
  graph.inputs[0].name = "in:0";
  graph.nodes[1].name = graph.nodes[0].name = "n!";
  FakeOracle oracle;
  const auto target = Convert(graph, {}, oracle);
  ASSERT_TRUE(target.ok()) << target.status().message();
  EXPECT_EQ(target->tensors.at("in_0").source, "in:0");
  EXPECT_EQ(target->tensors.at("a_b").source, "a/b");
  EXPECT_EQ(target->tensors.at("a_b_1").source, "a.b");
  EXPECT_EQ(target->tensors.at("_9").source, "9");
  EXPECT_EQ(target->graph.nodes[0].name, "n_");
  EXPECT_EQ(target->graph.nodes[1].name, "n__1");
  EXPECT_EQ(target->graph.nodes[1].inputs[0], "a_b");
}

TEST(ConvertTest, FixesUnknownInputDims) {
  model::Graph graph = Branching();
  graph.inputs[0].dims = {kUnknownDim, 3};
  FakeOracle oracle;
  const auto target = Convert(graph, {.input_dims = {{"x", {4, 3}}}}, oracle);
  ASSERT_TRUE(target.ok()) << target.status().message();
  EXPECT_EQ(target->graph.inputs[0].dims, (Shape{4, 3}));
  EXPECT_EQ(target->tensors.at("y").info.dims, (Shape{4, 3}));
}

TEST(ConvertTest, RefusesInputDimsThatContradictTheModel) {
  FakeOracle oracle;
  const auto message = [&](std::map<std::string, Shape> dims) {
    const Status status = Convert(Branching(), {.input_dims = std::move(dims)}, oracle).status();
    EXPECT_EQ(status.code(), StatusCode::kUsage);
    return status.message();
  };
  EXPECT_THAT(message({{"x", {2, 4}}}), AllOf(HasSubstr("2x4"), HasSubstr("2x3")));
  EXPECT_THAT(message({{"x", {2, 3, 1}}}), HasSubstr("2x3x1"));
  EXPECT_THAT(message({{"x", {2, kUnknownDim}}}), HasSubstr("must all be known"));
  EXPECT_THAT(message({{"xx", {2, 3}}}), HasSubstr("Did you mean 'x'?"));
}

TEST(ConvertTest, CutsToTheWantedOutputs) {
  FakeOracle oracle;
  const auto target = Convert(Branching(), {.output_tensors = {"b", "b"}}, oracle);
  ASSERT_TRUE(target.ok()) << target.status().message();
  ASSERT_THAT(target->graph.outputs, SizeIs(1));
  EXPECT_EQ(target->graph.outputs[0].name, "b");
  EXPECT_THAT(target->graph.nodes, SizeIs(2));
  EXPECT_THAT(Reasons(*target), UnorderedElementsAre(Pair("y", "not needed for the outputs"),
                                                     Pair("z", "not needed for the outputs")));
}

TEST(ConvertTest, RefusesOutputsThatNoNodeMakes) {
  model::Graph graph = Branching();
  graph.nodes.back().outputs[0] = "logits";
  graph.outputs[1].name = "logits";
  FakeOracle oracle;
  const auto message = [&](const std::string& output) {
    const Status status = Convert(graph, {.output_tensors = {output}}, oracle).status();
    EXPECT_EQ(status.code(), StatusCode::kUsage);
    return status.message();
  };
  EXPECT_THAT(message("logit"), HasSubstr("Did you mean 'logits'?"));
  EXPECT_THAT(message("x"), HasSubstr("input or a constant"));
  EXPECT_THAT(message(""), HasSubstr("no tensor ''"));
}

TEST(ConvertTest, KeepsInputsThatNobodyReadsUnlessCut) {
  model::Graph graph = Branching();
  graph.inputs.push_back(Floats("unused", {1}));
  FakeOracle oracle;
  EXPECT_THAT(Convert(graph, {}, oracle)->graph.inputs, SizeIs(2));
  const auto cut = Convert(graph, {.output_tensors = {"y"}}, oracle);
  EXPECT_THAT(cut->graph.inputs, SizeIs(1));
  EXPECT_THAT(Reasons(*cut), Contains(Pair("unused", "not needed for the outputs")));
}

TEST(ConvertTest, PassesOnWhyTheRuntimeRefusesAModel) {
  model::Graph graph = Branching();
  for (const int index : {0, 1}) {
    graph.nodes[static_cast<std::size_t>(index)].domain = "com.example";
    graph.nodes[static_cast<std::size_t>(index)].op_type = "Magic";
  }
  FakeOracle oracle;
  oracle.failure = Failure("Magic is not registered");
  const Status status = Convert(graph, {}, oracle).status();
  EXPECT_EQ(status.code(), StatusCode::kFailed);
  EXPECT_THAT(status.message(),
              AllOf(HasSubstr("Magic is not registered"), HasSubstr("2 x com.example.Magic")));
}

// Every tensor of the source is accounted for, whatever the graph.
TEST(ConvertTest, NoSourceTensorIsLost) {
  const std::vector<std::string> op_types = {"Add",     "Mul",  "Identity",
                                             "Dropout", "Relu", "Constant"};
  for (unsigned seed = 0; seed < 300; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&](std::size_t limit) { return random() % limit; };
    std::vector<std::string> known = {"x"};
    model::Graph graph = MakeGraph({}, {});
    for (int index = 0; index < 15; ++index) {
      const std::string& op_type = op_types[below(op_types.size())];
      const std::string output = "t" + std::to_string(index);
      model::Node node = MakeNode(op_type, {}, {output});
      const std::size_t inputs = op_type == "Constant"                  ? 0
                                 : op_type == "Add" || op_type == "Mul" ? 2
                                                                        : 1;
      for (std::size_t read = 0; read < inputs; ++read) {
        node.inputs.push_back(known[below(known.size())]);
      }
      if (op_type == "Constant") node.attributes["value"] = FloatTensor({2, 3}, {1, 2, 3, 4, 5, 6});
      graph.nodes.push_back(std::move(node));
      known.push_back(output);
    }
    for (const std::size_t count = 1 + below(3); graph.outputs.size() < count;) {
      const std::string& name = known[1 + below(known.size() - 1)];
      if (!model::IsGraphOutput(graph, name)) graph.outputs.push_back(Floats(name, {2, 3}));
    }
    FakeOracle oracle;
    const auto target = Convert(graph, {}, oracle);
    ASSERT_TRUE(target.ok()) << target.status().message();
    std::set<std::string> seen;
    for (const auto& [name, tensor] : target->tensors) {
      EXPECT_TRUE(seen.insert(tensor.source).second) << seed << " " << tensor.source;
    }
    for (const Removed& removed : target->removed) {
      EXPECT_TRUE(seen.insert(removed.source).second) << seed << " " << removed.source;
      EXPECT_FALSE(removed.reason.empty()) << seed << " " << removed.source;
    }
    EXPECT_EQ(seen, std::set<std::string>(known.begin(), known.end())) << seed;
    model::Graph sorted = target->graph;
    EXPECT_TRUE(model::SortNodes(sorted).ok()) << seed;
    for (std::size_t index = 0; index < graph.outputs.size(); ++index) {
      EXPECT_EQ(target->graph.outputs[index].name, graph.outputs[index].name) << seed;
    }
  }
}

TEST(ConvertTest, NamesAllOperatorsWithoutATranslationThatAreNeeded) {
  model::Graph graph = MakeGraph({MakeNode("Relu", {"x"}, {"a"}), MakeNode("Fancy", {"a"}, {"b"}),
                                  MakeNode("Odd", {"b"}, {"c"}), MakeNode("Fancy", {"c"}, {"y"})},
                                 {"y"});
  for (const std::size_t i : {1, 2, 3}) graph.nodes[i].domain = model::kUntranslatedDomain;
  FakeOracle oracle;
  EXPECT_THAT(Convert(graph, {}, oracle).status().message(), HasSubstr("Fancy (2), Odd (1)"));
  EXPECT_TRUE(Convert(graph, {.output_tensors = {"a"}}, oracle).ok());
}

}  // namespace
}  // namespace acc::convert
