// SPDX-License-Identifier: BSD-3-Clause
#include <gmock/gmock.h>

#include "convert/convert.h"
#include "convert/convert_testing.h"

namespace acc::convert {
namespace {

using ::testing::ElementsAre;

TargetGraph Converted(std::int64_t opset, bool split, std::int64_t groups = 2,
                      std::int64_t channels = 4) {
  model::Graph graph = MakeGraph({MakeNode("GroupNormalization", {"x", "s", "b"}, {"y"},
                                           {{"num_groups", groups}, {"epsilon", 0.25F}})},
                                 {"y"});
  graph.opsets[""] = opset;
  graph.inputs = {Floats("x", {1, channels, 5, 6})};
  const std::int64_t numbers = opset < 21 ? 2 : 4;
  for (const char* name : {"s", "b"}) {
    graph.initializers[name] =
        FloatTensor({numbers}, std::vector<float>(static_cast<std::size_t>(numbers), 3));
  }
  FakeOracle oracle;
  Options options;
  options.for_htp = split;
  auto target = Convert(graph, options, oracle);
  EXPECT_TRUE(target.ok()) << target.status().message();
  return *std::move(target);
}

std::vector<std::string> OperatorsOf(const TargetGraph& target) {
  std::vector<std::string> operators;
  for (const model::Node& node : target.graph.nodes) operators.push_back(node.op_type);
  return operators;
}

TEST(SplitGroupNorms, TakesThemApart) {
  const TargetGraph target = Converted(21, true);
  EXPECT_THAT(OperatorsOf(target),
              ElementsAre("Reshape", "InstanceNormalization", "Reshape", "Mul", "Add"));
  const auto& nodes = target.graph.nodes;
  const auto& constants = target.graph.initializers;
  const auto grouped = constants.at(nodes[0].inputs[1]).values<std::int64_t>();
  EXPECT_THAT(std::vector<std::int64_t>(grouped.begin(), grouped.end()), ElementsAre(1, 2, -1));
  EXPECT_EQ(nodes[1].Get<float>("epsilon", 0), 0.25F);
  EXPECT_EQ(constants.at(nodes[1].inputs[1]).dims(), Shape{2});
  EXPECT_EQ(constants.at("s").dims(), (Shape{4, 1, 1}));
  EXPECT_EQ(nodes[3].inputs[1], "s");
  EXPECT_EQ(nodes[4].inputs[1], "b");
  EXPECT_EQ(nodes[4].outputs[0], "y");
}

TEST(SplitGroupNorms, ShowsNothingOfWhatIsInside) {
  for (const auto& [name, tensor] : Converted(21, true).tensors) {
    EXPECT_EQ(tensor.is_shown, name == "x" || name == "y") << name;
  }
}

TEST(SplitGroupNorms, LeavesThemWhereNotAsked) {
  EXPECT_THAT(OperatorsOf(Converted(21, false)), ElementsAre("GroupNormalization"));
  EXPECT_THAT(OperatorsOf(Converted(18, true)), ElementsAre("GroupNormalization"));
}

// What a file only claims is not made.
TEST(SplitGroupNorms, LeavesThoseOfMoreChannelsThanThereCanBe) {
  constexpr std::int64_t kMany = std::int64_t{1} << 60;
  EXPECT_THAT(OperatorsOf(Converted(21, true, kMany, kMany)), ElementsAre("GroupNormalization"));
}

TEST(SplitGroupNorms, LeavesThoseWhoseGroupsDoNotDivideTheChannels) {
  for (const std::int64_t groups : {std::int64_t{3}, std::int64_t{1} << 32}) {
    EXPECT_THAT(OperatorsOf(Converted(21, true, groups)), ElementsAre("GroupNormalization"));
  }
}

}  // namespace
}  // namespace acc::convert
