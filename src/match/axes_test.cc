// SPDX-License-Identifier: BSD-3-Clause
#include "match/axes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace acc::match {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Axes Nothing() { return {}; }

Axes Told(Shape dims, AxisOrder order) { return {std::move(dims), order, true}; }
Axes Untold(Shape dims) { return {std::move(dims), AxisOrder::kSource, false}; }

TEST(AlignTest, MetadataGivesThePermutation) {
  const Alignment result =
      Align(Told({1, 3, 8, 9}, AxisOrder::kSource), Told({1, 8, 9, 3}, AxisOrder::kChannelLast));
  EXPECT_THAT(result.golden_to_target, ElementsAre(0, 2, 3, 1));
  EXPECT_FALSE(result.guessed);
  EXPECT_THAT(result.note, IsEmpty());
}

TEST(AlignTest, MetadataSettlesEqualDims) {
  const Alignment result =
      Align(Told({1, 8, 8, 8}, AxisOrder::kSource), Told({1, 8, 8, 8}, AxisOrder::kChannelLast));
  EXPECT_THAT(result.golden_to_target, ElementsAre(0, 2, 3, 1));
  EXPECT_FALSE(result.guessed);
}

TEST(AlignTest, TwoChannelLastRunsAgree) {
  const Alignment result = Align(Told({1, 8, 9, 3}, AxisOrder::kChannelLast),
                                 Told({1, 8, 9, 3}, AxisOrder::kChannelLast));
  EXPECT_THAT(result.golden_to_target, IsEmpty());
  EXPECT_FALSE(result.guessed);
}

TEST(AlignTest, ChannelLastGoldenAgainstSourceOrderTarget) {
  const Alignment result =
      Align(Told({1, 8, 9, 3}, AxisOrder::kChannelLast), Told({1, 3, 8, 9}, AxisOrder::kSource));
  EXPECT_THAT(result.golden_to_target, ElementsAre(0, 3, 1, 2));
}

TEST(AlignTest, GoldenWithoutMetadataIsInTheSourcesOrder) {
  const Alignment result = Align(Nothing(), Told({1, 8, 9, 3}, AxisOrder::kChannelLast));
  EXPECT_THAT(result.golden_to_target, ElementsAre(0, 2, 3, 1));
  EXPECT_FALSE(result.guessed);
}

TEST(AlignTest, PermutedDimsAreAGuessThatIsReported) {
  const Alignment result = Align(Told({1, 3, 8, 9}, AxisOrder::kSource), Untold({1, 8, 9, 3}));
  EXPECT_THAT(result.golden_to_target, ElementsAre(0, 2, 3, 1));
  EXPECT_TRUE(result.guessed);
  EXPECT_THAT(result.note, HasSubstr("1x3x8x9"));
}

TEST(AlignTest, MetadataThatContradictsTheDimsIsNotBelieved) {
  const Alignment result =
      Align(Told({1, 3, 8, 9}, AxisOrder::kSource), Told({1, 8, 9, 3}, AxisOrder::kSource));
  EXPECT_THAT(result.golden_to_target, ElementsAre(0, 2, 3, 1));
  EXPECT_TRUE(result.guessed);
}

TEST(AlignTest, AChannelLastOrderThatContradictsEqualDimsIsReported) {
  const Alignment result =
      Align(Told({1, 3, 8, 9}, AxisOrder::kSource), Told({1, 3, 8, 9}, AxisOrder::kChannelLast));
  EXPECT_THAT(result.golden_to_target, IsEmpty());
  EXPECT_TRUE(result.guessed);
  EXPECT_THAT(result.note, HasSubstr("NHWC, does not fit the dims; taken as equal"));
}

TEST(AlignTest, EqualDimsWithoutAnOrderAreFlagged) {
  const Alignment result = Align(Told({1, 8, 8, 8}, AxisOrder::kSource), Untold({1, 8, 8, 8}));
  EXPECT_THAT(result.golden_to_target, IsEmpty());
  EXPECT_TRUE(result.guessed);
}

TEST(AlignTest, UnitAxesCannotBeAmbiguous) {
  const Alignment result = Align(Told({1, 32, 1, 1}, AxisOrder::kSource), Untold({1, 1, 1, 32}));
  EXPECT_THAT(result.golden_to_target, IsEmpty());
  const Alignment told =
      Align(Told({1, 32, 1, 1}, AxisOrder::kSource), Told({1, 1, 1, 32}, AxisOrder::kChannelLast));
  EXPECT_THAT(told.golden_to_target, IsEmpty());
  EXPECT_FALSE(told.guessed);
}

TEST(AlignTest, NothingKnownOnEitherSide) {
  const Alignment result = Align(Nothing(), Nothing());
  EXPECT_THAT(result.golden_to_target, IsEmpty());
  EXPECT_FALSE(result.guessed);
}

TEST(AlignTest, UnknownTargetDimsOfASpatialTensorAreDoubtful) {
  EXPECT_TRUE(Align(Told({1, 3, 8, 9}, AxisOrder::kSource), Nothing()).guessed);
  EXPECT_FALSE(Align(Told({1, 10}, AxisOrder::kSource), Nothing()).guessed);
}

TEST(AlignTest, OtherShapesOfEqualCountAreReported) {
  const Alignment result = Align(Told({2, 12}, AxisOrder::kSource), Untold({4, 6}));
  EXPECT_TRUE(result.guessed);
  EXPECT_THAT(result.note, HasSubstr("dims differ"));
}

TEST(AlignTest, OtherCountsAreLeftToTheComparison) {
  const Alignment result = Align(Told({2, 12}, AxisOrder::kSource), Untold({5, 6}));
  EXPECT_THAT(result.golden_to_target, IsEmpty());
  EXPECT_FALSE(result.guessed);
}

}  // namespace
}  // namespace acc::match
