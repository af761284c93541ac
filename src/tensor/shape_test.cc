// SPDX-License-Identifier: BSD-3-Clause
#include "tensor/shape.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace acc {
namespace {

using ::testing::Optional;

TEST(ShapeTest, ElementCount) {
  EXPECT_THAT(ElementCount({}), Optional(1U));
  EXPECT_THAT(ElementCount({1, 3, 2}), Optional(6U));
  EXPECT_THAT(ElementCount({3, 0, 2}), Optional(0U));
  EXPECT_EQ(ElementCount({3, kUnknownDim}), std::nullopt);
  EXPECT_EQ(ElementCount({0, kUnknownDim}), std::nullopt);
}

TEST(ShapeTest, ElementCountDoesNotWrapAround) {
  const std::int64_t big = std::int64_t{1} << 31;
  EXPECT_THAT(ElementCount({big, big}), Optional(std::uint64_t{1} << 62));
  EXPECT_EQ(ElementCount({big, big, 2}), std::nullopt);
  EXPECT_EQ(ElementCount({big, big, 4, 4}), std::nullopt);
  EXPECT_THAT(ElementCount({big, big, big, 0}), Optional(0U));
}

TEST(ShapeTest, Text) {
  EXPECT_EQ(ToText({1, 3, 224, 224}), "1x3x224x224");
  EXPECT_EQ(ToText({kUnknownDim, 3}), "?x3");
  EXPECT_EQ(ToText({}), "scalar");
}

TEST(ShapeTest, FromText) {
  EXPECT_THAT(ShapeFromText("1,3,224,224"), Optional(Shape{1, 3, 224, 224}));
  EXPECT_THAT(ShapeFromText("1, 3"), Optional(Shape{1, 3}));
  EXPECT_THAT(ShapeFromText("0"), Optional(Shape{0}));
  EXPECT_THAT(ShapeFromText(""), Optional(Shape{}));
  for (const char* bad : {"1,,3", "1,", "a", "1,-2", "1x3", "1.5", "99999999999999999999"}) {
    EXPECT_EQ(ShapeFromText(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace acc
