// SPDX-License-Identifier: BSD-3-Clause
#include "tensor/element_type.h"

#include <gtest/gtest.h>

#include <limits>

namespace acc {
namespace {

TEST(ElementTypeTest, NamesReadBack) {
  for (int i = 0; i <= static_cast<int>(ElementType::kString); ++i) {
    const auto type = static_cast<ElementType>(i);
    EXPECT_EQ(ElementTypeFromName(Name(type)), type);
  }
}

TEST(ElementTypeTest, NamesInAnyCaseAndShort) {
  EXPECT_EQ(ElementTypeFromName("FLOAT32"), ElementType::kFloat32);
  EXPECT_EQ(ElementTypeFromName("Float"), ElementType::kFloat32);
  EXPECT_EQ(ElementTypeFromName("double"), ElementType::kFloat64);
  EXPECT_EQ(ElementTypeFromName("half"), ElementType::kFloat16);
  EXPECT_EQ(ElementTypeFromName("int7"), std::nullopt);
  EXPECT_EQ(ElementTypeFromName(""), std::nullopt);
}

TEST(ElementTypeTest, ByteSize) {
  EXPECT_EQ(ByteSize(ElementType::kFloat32, 3), 12U);
  EXPECT_EQ(ByteSize(ElementType::kInt4, 3), 2U);
  EXPECT_EQ(ByteSize(ElementType::kUint4, 4), 2U);
  EXPECT_EQ(ByteSize(ElementType::kBool, 5), 5U);
  EXPECT_EQ(ByteSize(ElementType::kInt64, 0), 0U);
  EXPECT_EQ(ByteSize(ElementType::kString, 5), 0U);
  EXPECT_EQ(ByteSize(ElementType::kUndefined, 5), 0U);
}

TEST(ElementTypeTest, ByteSizeDoesNotWrapAround) {
  constexpr auto kMax = std::numeric_limits<std::uint64_t>::max();
  EXPECT_EQ(ByteSize(ElementType::kFloat32, std::uint64_t{1} << 62), kMax);
  EXPECT_EQ(ByteSize(ElementType::kInt4, kMax), kMax / 2 + 1);
}

TEST(ElementTypeTest, IsFloat) {
  EXPECT_TRUE(IsFloat(ElementType::kBfloat16));
  EXPECT_FALSE(IsFloat(ElementType::kInt32));
  EXPECT_FALSE(IsFloat(ElementType::kBool));
}

}  // namespace
}  // namespace acc
