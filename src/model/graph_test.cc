// SPDX-License-Identifier: BSD-3-Clause
#include "model/graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace acc::model {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace std::string_literals;

Node MakeNode(std::string name, std::vector<std::string> inputs, std::vector<std::string> outputs) {
  Node node;
  node.name = std::move(name);
  node.op_type = "Op";
  node.inputs = std::move(inputs);
  node.outputs = std::move(outputs);
  return node;
}

ValueInfo Named(std::string name) { return {.name = std::move(name)}; }

// x -> a -> b -> y, with c beside it reading x.
Graph Chain() {
  Graph graph;
  graph.inputs = {Named("x")};
  graph.outputs = {Named("y")};
  graph.initializers["w"] = Tensor::FromFloats({1}, std::vector<float>{1});
  graph.nodes = {MakeNode("a", {"x", "w"}, {"t"}), MakeNode("c", {"x", ""}, {"u", ""}),
                 MakeNode("b", {"t", "t"}, {"y"})};
  return graph;
}

std::vector<std::string> NodeNames(const Graph& graph) {
  std::vector<std::string> names;
  for (const Node& node : graph.nodes) names.push_back(node.name);
  return names;
}

// An If-like node whose branch reads `outer` and, one level deeper, `deeper`.
Node NodeWithSubgraphs(const std::string& outer, const std::string& deeper) {
  auto inner = std::make_shared<Graph>();
  inner->nodes = {MakeNode("inner", {deeper, "own"}, {"z"})};
  inner->outputs = {Named("z")};
  auto branch = std::make_shared<Graph>();
  branch->initializers["own"] = Tensor::FromFloats({1}, std::vector<float>{1});
  branch->nodes = {MakeNode("first", {outer}, {"p"}), MakeNode("second", {"p"}, {"q"})};
  branch->nodes[1].attributes["body"] = std::shared_ptr<const Graph>(inner);
  branch->outputs = {Named("q")};
  Node node = MakeNode("if", {}, {"y"});
  node.attributes["then_branch"] = std::shared_ptr<const Graph>(branch);
  return node;
}

TEST(ConnectionsTest, FindsProducersAndConsumers) {
  const Connections connections(Chain());
  EXPECT_EQ(connections.Producer("t"), 0);
  EXPECT_EQ(connections.Producer("y"), 2);
  EXPECT_EQ(connections.Producer("x"), -1);
  EXPECT_EQ(connections.Producer("w"), -1);
  EXPECT_EQ(connections.Producer(""), -1);
  EXPECT_THAT(connections.Consumers("x"), ElementsAre(0, 1));
  EXPECT_THAT(connections.Consumers("t"), ElementsAre(2)) << "read twice, listed once";
  EXPECT_THAT(connections.Consumers("y"), IsEmpty());
}

TEST(ConnectionsTest, CountsReadsOfSubgraphs) {
  Graph graph = Chain();
  graph.nodes.push_back(NodeWithSubgraphs("t", "u"));
  const Connections connections(graph);
  EXPECT_THAT(connections.Consumers("t"), ElementsAre(2, 3));
  EXPECT_THAT(connections.Consumers("u"), ElementsAre(3));
  EXPECT_THAT(connections.Consumers("own"), IsEmpty());
}

TEST(GraphTest, KnowsItsEnds) {
  const Graph graph = Chain();
  EXPECT_TRUE(IsGraphInput(graph, "x"));
  EXPECT_FALSE(IsGraphInput(graph, "y"));
  EXPECT_TRUE(IsGraphOutput(graph, "y"));
  EXPECT_FALSE(IsGraphOutput(graph, "t"));
}

TEST(GraphTest, GetReturnsTheFallbackForAbsentAndForeignTypes) {
  Node node = MakeNode("n", {}, {});
  node.attributes["axis"] = std::int64_t{3};
  EXPECT_EQ(node.Get<std::int64_t>("axis", 1), 3);
  EXPECT_EQ(node.Get<std::int64_t>("other", 1), 1);
  EXPECT_EQ(node.Get<float>("axis", 0.5F), 0.5F);
}

TEST(GraphTest, OuterReadsReachThroughAllLevels) {
  EXPECT_THAT(OuterReads(NodeWithSubgraphs("t", "u")), ElementsAre("t", "u"));
  EXPECT_THAT(OuterReads(MakeNode("plain", {"x"}, {"y"})), IsEmpty());
}

TEST(GraphTest, OuterReadsIncludeOutputsThatTheBranchOnlyPassesOn) {
  auto branch = std::make_shared<Graph>();
  branch->outputs = {Named("t")};
  Node node = MakeNode("if", {}, {"y"});
  node.attributes["branches"] = std::vector<std::shared_ptr<const Graph>>{branch};
  EXPECT_THAT(OuterReads(node), ElementsAre("t"));
}

TEST(SortNodesTest, KeepsASortedOrder) {
  Graph graph = Chain();
  ASSERT_TRUE(SortNodes(graph).ok());
  EXPECT_THAT(NodeNames(graph), ElementsAre("a", "c", "b"));
}

TEST(SortNodesTest, MovesANodeBehindWhatItReads) {
  Graph graph = Chain();
  std::swap(graph.nodes[0], graph.nodes[2]);
  graph.nodes.insert(graph.nodes.begin(), NodeWithSubgraphs("t", "u"));
  graph.nodes[0].outputs = {"v"};
  ASSERT_TRUE(SortNodes(graph).ok());
  EXPECT_THAT(NodeNames(graph), ElementsAre("c", "a", "if", "b"));
}

TEST(SortNodesTest, SortsALongChainWithoutDeepRecursion) {
  Graph graph;
  graph.inputs = {Named("t0")};
  constexpr int kLength = 20000;
  for (int index = kLength; index > 0; --index) {
    graph.nodes.push_back(MakeNode("n" + std::to_string(index), {"t" + std::to_string(index - 1)},
                                   {"t" + std::to_string(index)}));
  }
  ASSERT_TRUE(SortNodes(graph).ok());
  EXPECT_EQ(graph.nodes.front().name, "n1");
  EXPECT_EQ(graph.nodes.back().name, "n" + std::to_string(kLength));
}

TEST(SortNodesTest, NamesNodeAndTensorOfACycle) {
  Graph graph = Chain();
  graph.nodes[0].inputs = {"v"};
  graph.nodes.push_back(MakeNode("d", {"t"}, {"v"}));
  const Status status = SortNodes(graph);
  EXPECT_THAT(status.message(), HasSubstr("cycle"));
  EXPECT_THAT(status.message(), ::testing::AnyOf(HasSubstr("node 'a' (Op) and its output 't'"),
                                                 HasSubstr("node 'd' (Op) and its output 'v'")));
}

TEST(SortNodesTest, NamesAReadThatNothingMakes) {
  Graph graph = Chain();
  graph.nodes[2].inputs = {"nowhere"};
  EXPECT_THAT(SortNodes(graph).message(),
              HasSubstr("node 'b' (Op) reads tensor 'nowhere', which nothing makes"));
  EXPECT_TRUE(SortSubgraphNodes(graph).ok()) << "a subgraph may read what lies around it";
}

TEST(SortNodesTest, RefusesATensorMadeTwice) {
  Graph graph = Chain();
  graph.nodes[1].outputs = {"t"};
  EXPECT_THAT(SortNodes(graph).message(), HasSubstr("tensor 't' is made twice"));
  graph = Chain();
  graph.nodes[1].outputs = {"w"};
  EXPECT_THAT(SortNodes(graph).message(), HasSubstr("'w', which is an input or an initializer"));
  graph = Chain();
  graph.inputs.push_back(Named("x"));
  EXPECT_THAT(SortNodes(graph).message(), HasSubstr("input 'x' is declared twice"));
}

Graph OneNode() {
  Graph graph;
  graph.inputs = {{.name = "x"}};
  graph.outputs = {{.name = "y"}};
  graph.initializers["w"] = Tensor::FromFloats({}, std::vector{1.F});
  Node& node = graph.nodes.emplace_back();
  node.name = "n";
  node.op_type = "Add";
  node.inputs = {"x", "w"};
  node.outputs = {"y"};
  return graph;
}

TEST(CheckNames, AcceptsEveryByteButNul) {
  Graph graph = OneNode();
  EXPECT_TRUE(CheckNames(graph).ok());
  graph.nodes[0].name = "\x1b[2J\n\xff";
  graph.nodes[0].outputs = {"\x01\x9b"};
  graph.outputs[0].name = "\x01\x9b";
  EXPECT_TRUE(CheckNames(graph).ok());
}

TEST(CheckNames, RefusesANulWhereverItIs) {
  const std::string nul = "a\0b"s;
  const std::vector<void (*)(Graph&, const std::string&)> places = {
      [](Graph& graph, const std::string& name) { graph.inputs[0].name = name; },
      [](Graph& graph, const std::string& name) { graph.outputs[0].name = name; },
      [](Graph& graph, const std::string& name) {
        graph.initializers[name] = graph.initializers["w"];
      },
      [](Graph& graph, const std::string& name) { graph.nodes[0].name = name; },
      [](Graph& graph, const std::string& name) { graph.nodes[0].op_type = name; },
      [](Graph& graph, const std::string& name) { graph.nodes[0].inputs[1] = name; },
      [](Graph& graph, const std::string& name) { graph.nodes[0].outputs[0] = name; },
      [](Graph& graph, const std::string& name) {
        Graph body = OneNode();
        body.nodes[0].outputs[0] = name;
        graph.nodes[0].attributes["body"] = std::make_shared<const Graph>(body);
      },
  };
  for (const auto& put : places) {
    Graph graph = OneNode();
    put(graph, nul);
    const Status status = CheckNames(graph);
    ASSERT_FALSE(status.ok());
    EXPECT_THAT(status.message(), HasSubstr("NUL"));
    EXPECT_THAT(status.message(), HasSubstr("'a\\x00b'"));
  }
}

}  // namespace
}  // namespace acc::model
