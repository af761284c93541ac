// SPDX-License-Identifier: BSD-3-Clause
#include "model/tensorflow/translation.h"

#include <gmock/gmock.h>

namespace acc::model::tensorflow {
namespace {

TEST(GraphBuilder, HoldsAConstantInEveryOrderWithItsEncoding) {
  GraphBuilder builder("g");
  builder.DefineConstant("w:0", Tensor::FromFloats({2, 3}, std::vector<float>{1, 2, 3, 4, 5, 6}));
  builder.SetEncoding("w:0", {.channels = std::vector<Encoding>(3), .axis = 1, .is_float = false});
  EXPECT_EQ(builder.Moved("w:0", {1, 0}), "w:0") << "the first to read it gets its name";
  EXPECT_EQ(builder.Moved("w:0", {1, 0}), "w:0");
  const std::string stored = builder.Value("w:0");
  EXPECT_EQ(builder.Value("w:0"), stored);
  const auto graph = builder.Finish();
  ASSERT_TRUE(graph.ok());
  EXPECT_EQ(graph->initializers.at("w:0").dims(), (Shape{3, 2}));
  EXPECT_EQ(graph->source_params.at("w:0").axis, 0);
  EXPECT_EQ(graph->initializers.at(stored).dims(), (Shape{2, 3}));
  EXPECT_EQ(graph->source_params.at(stored).axis, 1);
  EXPECT_EQ(graph->initializers.size(), 2U);
}

TEST(GraphBuilder, MovesAConstantThatWasReadAsStored) {
  GraphBuilder builder("g");
  builder.DefineConstant("w:0", Tensor::FromFloats({2, 3}, std::vector<float>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(builder.Value("w:0"), "w:0");
  const std::string moved = builder.Moved("w:0", {1, 0});
  EXPECT_EQ(builder.Value("w:0"), "w:0");
  const auto graph = builder.Finish();
  ASSERT_TRUE(graph.ok());
  EXPECT_THAT(graph->initializers.at(moved).values<float>(),
              testing::ElementsAre(1, 4, 2, 5, 3, 6));
  EXPECT_EQ(graph->initializers.at("w:0").dims(), (Shape{2, 3}));
}

}  // namespace
}  // namespace acc::model::tensorflow
