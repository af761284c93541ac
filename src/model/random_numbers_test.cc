// SPDX-License-Identifier: BSD-3-Clause
#include "model/random_numbers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

namespace acc::model {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

Node Make(std::string op_type, std::vector<std::string> inputs, std::string output) {
  Node node;
  node.op_type = std::move(op_type);
  node.inputs = std::move(inputs);
  node.outputs = {std::move(output)};
  return node;
}

TEST(RandomTensorsTest, FollowWhatIsDrawn) {
  Graph graph;
  graph.nodes = {Make("Conv", {"x"}, "c"), Make("RandomNormalLike", {"c"}, "n"),
                 Make("Add", {"c", "n"}, "sum"), Make("Shape", {"sum"}, "dims"),
                 Make("Reshape", {"c", "dims"}, "r")};
  EXPECT_THAT(RandomTensors(graph), ElementsAre(Pair("n", "n"), Pair("sum", "n")));
}

TEST(RandomTensorsTest, DropoutDrawsInTrainingAlone) {
  Graph graph;
  graph.nodes = {Make("Dropout", {"x", "ratio", "mode"}, "y")};
  for (const std::byte mode : {std::byte{1}, std::byte{0}}) {
    graph.initializers["mode"] = *Tensor::Create(ElementType::kBool, {}, {mode});
    EXPECT_EQ(RandomTensors(graph).contains("y"), mode == std::byte{1});
  }
  graph.initializers.clear();
  EXPECT_THAT(RandomTensors(graph), ElementsAre(Pair("y", "y"))) << "the mode is not known";
  graph.nodes = {Make("Dropout", {"x", "ratio"}, "y")};
  EXPECT_THAT(RandomTensors(graph), IsEmpty());
}

TEST(RandomTensorsTest, BodiesDrawAndRead) {
  Graph body;
  body.nodes = {Make("RandomUniform", {}, "u")};
  Node loop = Make("Loop", {"x"}, "l");
  loop.attributes["body"] = std::make_shared<const Graph>(body);
  body.nodes = {Make("Relu", {"l"}, "r")};
  Node branch = Make("If", {"condition"}, "i");
  branch.attributes["then_branch"] = std::make_shared<const Graph>(body);
  Graph graph;
  graph.nodes = {loop, branch};
  EXPECT_THAT(RandomTensors(graph), ElementsAre(Pair("i", "l"), Pair("l", "l")));
}

}  // namespace
}  // namespace acc::model
