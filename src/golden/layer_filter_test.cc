// SPDX-License-Identifier: BSD-3-Clause
#include "golden/layer_filter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace acc::golden {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

model::Node MakeNode(std::string name, std::string type, std::vector<std::string> outputs) {
  model::Node node;
  node.name = std::move(name);
  node.op_type = std::move(type);
  node.outputs = std::move(outputs);
  return node;
}

model::Graph Chain() {
  model::Graph graph;
  graph.nodes = {MakeNode("conv1", "Conv", {"a"}), MakeNode("split1", "Split", {"b", "", "c"}),
                 MakeNode("resize1", "Resize", {"d"}), MakeNode("conv2", "Conv", {"e"})};
  return graph;
}

std::vector<std::string> Selected(const LayerFilter& filter) {
  auto selected = SelectTensors(Chain(), filter);
  return selected.ok() ? *selected : std::vector<std::string>{selected.status().message()};
}

TEST(SelectTensors, TakesEveryNamedOutputByDefault) {
  EXPECT_THAT(Selected({}), ElementsAre("a", "b", "c", "d", "e"));
}

TEST(SelectTensors, AddsBySpecificNameOrType) {
  EXPECT_THAT(Selected({.add_outputs = {"c", "conv2"}}), ElementsAre("c", "e"));
  EXPECT_THAT(Selected({.add_types = {"conv", "Resize"}}), ElementsAre("a", "d", "e"));
  EXPECT_THAT(Selected({.add_outputs = {"b"}, .add_types = {"Resize"}}), ElementsAre("b", "d"));
}

TEST(SelectTensors, SkipsBySpecificNameOrType) {
  EXPECT_THAT(Selected({.skip_outputs = {"c"}, .skip_types = {"Conv"}}), ElementsAre("b", "d"));
}

TEST(SelectTensors, StartsAndEndsAtALayer) {
  EXPECT_THAT(Selected({.start = "split1", .end = "d"}), ElementsAre("b", "c", "d"));
}

TEST(SelectTensors, NamesWhatTheModelDoesNotHave) {
  EXPECT_THAT(Selected({.add_outputs = {"conv3"}}), ElementsAre(HasSubstr("Did you mean 'conv")));
  EXPECT_THAT(Selected({.skip_types = {"Reize"}}), ElementsAre(HasSubstr("'Resize'")));
  EXPECT_THAT(Selected({.start = "e", .end = "a"}), ElementsAre(HasSubstr("leave no tensor")));
}

}  // namespace
}  // namespace acc::golden
