// SPDX-License-Identifier: BSD-3-Clause
#include "convert/rename.h"

#include <gmock/gmock.h>

#include "convert/convert_testing.h"

namespace acc::convert {
namespace {

using ::testing::ElementsAre;

// A Loop-like node whose body reads "a" from outside and makes "x" and "t" of its own.
model::Graph GraphWithBody() {
  auto body = std::make_shared<model::Graph>();
  body->inputs = {Floats("x", {})};
  body->initializers["w"] = FloatTensor({}, {1});
  body->nodes = {MakeNode("Add", {"x", "a"}, {"t"}), MakeNode("Mul", {"t", "w"}, {"u"})};
  body->outputs = {Floats("u", {})};
  return MakeGraph(
      {MakeNode("Relu", {"x"}, {"a"}),
       MakeNode("Loop", {"a"}, {"y"}, {{"body", std::shared_ptr<const model::Graph>(body)}}),
       MakeNode("Neg", {"a"}, {"t"})},
      {"y", "t"});
}

const model::Graph& Body(const model::Graph& graph) {
  return *std::get<std::shared_ptr<const model::Graph>>(graph.nodes[1].attributes.at("body"));
}

TEST(RenameTensorsTest, KeepsNamesOfSubgraphsApartFromThoseOutside) {
  model::Graph graph = GraphWithBody();
  model::UniqueNames taken;
  const NameMap names = RenameTensors(
      graph, [](std::string_view name) { return std::string(name); }, taken);
  EXPECT_EQ(names.at("t"), "t");
  const model::Graph& body = Body(graph);
  EXPECT_EQ(body.inputs[0].name, "x_1");
  EXPECT_THAT(body.nodes[0].inputs, ElementsAre("x_1", "a"));
  EXPECT_THAT(body.nodes[0].outputs, ElementsAre("t_1"));
  EXPECT_THAT(body.nodes[1].inputs, ElementsAre("t_1", "w"));
  EXPECT_EQ(body.outputs[0].name, "u");
}

TEST(RenameTensorsTest, RenamesWhatSubgraphsReadFromOutside) {
  model::Graph graph = GraphWithBody();
  model::UniqueNames taken;
  RenameTensors(
      graph, [](std::string_view) { return std::string("n"); }, taken);
  const std::string& renamed = graph.nodes[0].outputs[0];
  EXPECT_NE(renamed, "a");
  EXPECT_EQ(graph.nodes[1].inputs[0], renamed);
  EXPECT_EQ(Body(graph).nodes[0].inputs[1], renamed);
  EXPECT_EQ(graph.inputs[0].name, "n") << "inputs choose first";
  EXPECT_EQ(graph.nodes[1].outputs[0], graph.outputs[0].name);
}

TEST(RenameTensorsTest, LeavesTheOriginalUntouched) {
  const model::Graph original = GraphWithBody();
  model::Graph copy = original;
  model::UniqueNames taken;
  RenameTensors(
      copy, [](std::string_view) { return std::string("n"); }, taken);
  EXPECT_EQ(Body(original).nodes[0].inputs[1], "a");
}

TEST(RenameReadsTest, ReachesIntoSubgraphs) {
  model::Graph graph = GraphWithBody();
  RenameReads(graph.nodes[1], {{"a", "b"}});
  EXPECT_THAT(graph.nodes[1].inputs, ElementsAre("b"));
  EXPECT_EQ(Body(graph).nodes[0].inputs[1], "b");
}

}  // namespace
}  // namespace acc::convert
