// SPDX-License-Identifier: BSD-3-Clause
#include <gmock/gmock.h>

#include "convert/convert.h"
#include "convert/convert_testing.h"

namespace acc::convert {
namespace {

// A convolution of 8 channels whose weights take `per_group` of them.
std::int64_t GroupsOf(std::int64_t per_group, bool is_translated) {
  model::Graph graph = MakeGraph({MakeNode("Conv", {"x", "w"}, {"y"})}, {"y"});
  graph.inputs = {Floats("x", {1, 8, 4, 4})};
  graph.initializers["w"] = FloatTensor(
      {8, per_group, 1, 1}, std::vector<float>(static_cast<std::size_t>(8 * per_group)));
  if (is_translated) {
    graph.source_tensors["x"] = {.type = ElementType::kFloat32};
    graph.source_tensors["y"] = {.type = ElementType::kFloat32};
  }
  FakeOracle oracle;
  const auto target = Convert(graph, {}, oracle);
  EXPECT_TRUE(target.ok()) << target.status().message();
  return target->graph.nodes.front().Get<std::int64_t>("group", -1);
}

TEST(CountConvolutionGroupsTest, DividesTheChannelsOfTheInput) {
  EXPECT_EQ(GroupsOf(8, true), 1);
  EXPECT_EQ(GroupsOf(2, true), 4);
  EXPECT_EQ(GroupsOf(1, true), 8);
}

TEST(CountConvolutionGroupsTest, LeavesWhatDoesNotDivideAndWhatIsOnnx) {
  EXPECT_EQ(GroupsOf(3, true), -1);
  EXPECT_EQ(GroupsOf(2, false), -1);
}

}  // namespace
}  // namespace acc::convert
