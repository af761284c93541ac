// SPDX-License-Identifier: BSD-3-Clause
#include <gmock/gmock.h>

#include "convert/convert.h"
#include "convert/convert_testing.h"

namespace acc::convert {
namespace {

TargetGraph Converted(bool for_htp) {
  FakeOracle oracle;
  Options options;
  options.for_htp = for_htp;
  auto target = Convert(MakeGraph({MakeNode("Reciprocal", {"x"}, {"y"})}, {"y"}), options, oracle);
  EXPECT_TRUE(target.ok()) << target.status().message();
  return *std::move(target);
}

TEST(DivideReciprocals, DividesOne) {
  const TargetGraph target = Converted(true);
  ASSERT_EQ(target.graph.nodes.size(), 1U);
  const model::Node& divide = target.graph.nodes[0];
  EXPECT_EQ(divide.op_type, "Div");
  ASSERT_EQ(divide.inputs.size(), 2U);
  const auto one = ToFloats(target.graph.initializers.at(divide.inputs[0]).view());
  ASSERT_TRUE(one.ok());
  EXPECT_THAT(*one, testing::ElementsAre(1));
  EXPECT_EQ(divide.inputs[1], "x");
  EXPECT_TRUE(target.tensors.at("y").is_shown);
}

TEST(DivideReciprocals, IsForTheHtpAlone) {
  EXPECT_EQ(Converted(false).graph.nodes[0].op_type, "Reciprocal");
}

}  // namespace
}  // namespace acc::convert
