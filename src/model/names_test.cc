// SPDX-License-Identifier: BSD-3-Clause
#include "model/names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace acc::model {
namespace {

using testing::HasSubstr;
using namespace std::string_literals;

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
