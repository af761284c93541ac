// SPDX-License-Identifier: BSD-3-Clause
#include "features/shorthand/shaped_input.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "model/graph_testing.h"

namespace acc::features {
namespace {

using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::Ge;
using testing::HasSubstr;
using testing::Le;
using testing::Lt;

ValueInfo Input(std::string name, ElementType type, Shape dims) {
  return {.name = std::move(name), .type = type, .dims = std::move(dims)};
}

ShapedInput Made(const ValueInfo& input, bool is_channel_last = false,
                 const model::Graph& graph = {}) {
  auto made = MakeShapedInput(graph, input, is_channel_last);
  EXPECT_TRUE(made.ok()) << made.status().message();
  return *std::move(made);
}

TEST(ChosenDims, DependOnWhatTheInputIs) {
  constexpr auto kFloat = ElementType::kFloat32;
  EXPECT_THAT(ChosenDims(Input("x", kFloat, {-1, 3, -1, -1}), false), ElementsAre(1, 3, 224, 224));
  EXPECT_THAT(ChosenDims(Input("x", kFloat, {-1, -1, -1, 3}), true), ElementsAre(1, 224, 224, 3));
  EXPECT_THAT(ChosenDims(Input("x", kFloat, {-1, -1, 80}), false), ElementsAre(1, 32, 80));
  EXPECT_THAT(ChosenDims(Input("x", kFloat, {2, 3, 48, 320}), false), ElementsAre(2, 3, 48, 320));
}

TEST(MakeShapedInput, GivesImagesOfTheirLayout) {
  const ShapedInput first = Made(Input("x", ElementType::kFloat32, {1, 3, 16, 24}));
  EXPECT_THAT(first.kind, HasSubstr("an image"));
  const auto values = first.values.values<float>();
  EXPECT_THAT(values, Each(AllOf(Ge(-1), Le(1))));
  const ShapedInput last = Made(Input("x", ElementType::kFloat32, {1, 16, 24, 3}), true);
  const auto moved = last.values.values<float>();
  for (std::size_t i = 0; i < 16UL * 24; ++i) EXPECT_EQ(values[i], moved[3 * i]);
  // Shades: neighbours are nearer to each other than any two elements are.
  EXPECT_LT(std::abs(values[1] - values[0]), 0.5F);
  const ShapedInput again = Made(Input("x", ElementType::kFloat32, {1, 3, 16, 24}));
  EXPECT_TRUE(std::ranges::equal(first.values.bytes(), again.values.bytes()));
}

TEST(MakeShapedInput, GivesBytesTheirWholeRange) {
  const ShapedInput made = Made(Input("x", ElementType::kUint8, {1, 32, 32, 3}), true);
  const auto values = made.values.values<std::uint8_t>();
  EXPECT_LT(*std::ranges::min_element(values), 60);
  EXPECT_GT(*std::ranges::max_element(values), 190);
}

TEST(MakeShapedInput, GivesSoundToLongRows) {
  const ShapedInput made = Made(Input("samples", ElementType::kFloat32, {1, 16000}));
  EXPECT_THAT(made.kind, HasSubstr("tones"));
  EXPECT_THAT(made.values.values<float>(), Each(AllOf(Ge(-0.5F), Le(0.5F))));
}

TEST(MakeShapedInput, GivesIdsOfTheTableThatReadsThem) {
  model::Graph graph;
  graph.initializers.emplace("table", Tensor::FromFloats({7, 2}, std::vector<float>(14)));
  graph.nodes = {model::MakeNode("Cast", {"ids"}, "cast"),
                 model::MakeNode("Gather", {"table", "cast"}, "rows")};
  const ShapedInput made = Made(Input("ids", ElementType::kInt64, {1, 64}), false, graph);
  const auto ids = made.values.values<std::int64_t>();
  EXPECT_THAT(ids, Each(AllOf(Ge(0), Lt(7))));
  EXPECT_GT(*std::ranges::max_element(ids), 3);
  EXPECT_THAT(made.kind, HasSubstr("below 7"));
}

TEST(MakeShapedInput, KnowsMasksSegmentsAndPlacesByTheirNames) {
  constexpr auto kInt = ElementType::kInt32;
  EXPECT_THAT(Made(Input("attention_mask", kInt, {1, 3})).values.values<std::int32_t>(), Each(1));
  EXPECT_THAT(Made(Input("token_type_ids", kInt, {1, 3})).values.values<std::int32_t>(), Each(0));
  EXPECT_THAT(Made(Input("position_ids", kInt, {1, 3})).values.values<std::int32_t>(),
              ElementsAre(0, 1, 2));
}

TEST(MakeShapedInput, HasNoTextToGive) {
  const auto made = MakeShapedInput({}, Input("s", ElementType::kString, {1}), false);
  ASSERT_FALSE(made.ok());
  EXPECT_THAT(made.status().message(), HasSubstr("'s'"));
}

}  // namespace
}  // namespace acc::features
