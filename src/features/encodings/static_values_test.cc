// SPDX-License-Identifier: BSD-3-Clause
#include "features/encodings/static_values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "features/encodings/dlc_testing.h"

namespace acc::features {
namespace {

using dlc::DataType;
using testing::ElementsAre;

class StaticValuesTest : public testing::Test {
 protected:
  template <typename T>
  dlc::Tensor Made(DataType type, Shape dims, const std::vector<T>& elements) {
    return StaticTensor(model_, "t", type, std::move(dims), elements);
  }

  static std::vector<float> All(const dlc::Tensor& tensor) {
    EXPECT_TRUE(HasValues(tensor));
    std::vector<float> values;
    ForEachPiece(StaticValues(tensor), [&](std::span<const float> piece) {
      values.insert(values.end(), piece.begin(), piece.end());
    });
    return values;
  }

  dlc::Model model_;
};

TEST_F(StaticValuesTest, NumbersAreThemselves) {
  EXPECT_THAT(All(Made<float>(DataType::kFloat32, {2}, {1.5F, -2})), ElementsAre(1.5F, -2));
  EXPECT_THAT(All(Made<std::int32_t>(DataType::kInt32, {2}, {-7, 8})), ElementsAre(-7, 8));
  EXPECT_THAT(All(Made<std::uint8_t>(DataType::kBool8, {2}, {0, 1})), ElementsAre(0, 1));
  EXPECT_THAT(All(Made<std::uint16_t>(DataType::kFloat16, {1}, {0x3C00})), ElementsAre(1));
  EXPECT_THAT(All(Made<double>(DataType::kFloat64, {1}, {0.25})), ElementsAre(0.25F));
}

TEST_F(StaticValuesTest, UnsignedCodesCountFromZero) {
  const dlc::Tensor tensor =
      With(Made<std::uint8_t>(DataType::kUfixed8, {3}, {0, 10, 255}), PerTensor(0.5, -10));
  EXPECT_THAT(All(tensor), ElementsAre(-5, 0, 122.5F));
}

TEST_F(StaticValuesTest, SignedCodesCountFromTheMiddle) {
  EXPECT_THAT(
      All(With(Made<std::int8_t>(DataType::kSfixed8, {3}, {-128, 0, 127}), PerTensor(0.5, -128))),
      ElementsAre(-64, 0, 63.5F));
  EXPECT_THAT(All(With(Made<std::int32_t>(DataType::kSfixed32, {2}, {-3, 2000000000}),
                       PerTensor(0.5, -(std::int64_t{1} << 31), 32))),
              ElementsAre(-1.5F, 1e9F));
}

TEST_F(StaticValuesTest, ChannelsHaveTheirOwnScale) {
  const dlc::Tensor tensor =
      With(Made<std::int8_t>(DataType::kSfixed8, {2, 2}, {1, 1, 2, 2}), PerChannel({1, 10}, 1));
  EXPECT_THAT(All(tensor), ElementsAre(1, 10, 2, 20));
}

TEST_F(StaticValuesTest, FourBitsTakeHalfAByteOrAWholeOne) {
  const TensorEncoding encoding = PerTensor(1, -8, 4);
  EXPECT_THAT(All(With(Made<std::uint8_t>(DataType::kSfixed4, {3}, {0x8F, 0x07}), encoding)),
              ElementsAre(-1, -8, 7));
  EXPECT_THAT(All(With(Made<std::int8_t>(DataType::kSfixed4, {3}, {-1, -8, 7}), encoding)),
              ElementsAre(-1, -8, 7));
  EXPECT_THAT(All(With(Made<std::uint8_t>(DataType::kUfixed4, {2}, {0xF0}), encoding)),
              ElementsAre(-8, 7));
}

TEST_F(StaticValuesTest, PiecesMakeTheWhole) {
  std::vector<std::uint8_t> codes(3 * kPieceElements / 2 + 1);
  for (std::size_t i = 0; i < codes.size(); ++i) codes[i] = static_cast<std::uint8_t>(i * 7);
  const dlc::Tensor tensor = With(
      Made(DataType::kUfixed8, {static_cast<std::int64_t>(codes.size())}, codes), PerTensor(1, 0));
  const std::vector<float> values = All(tensor);
  ASSERT_EQ(values.size(), codes.size());
  EXPECT_TRUE(std::ranges::equal(values, codes));
}

TEST_F(StaticValuesTest, WhatDoesNotFitHasNone) {
  EXPECT_FALSE(HasValues(Activation("t", DataType::kFloat32, {2})));
  EXPECT_FALSE(HasValues(Made<float>(DataType::kFloat32, {3}, {1, 2})));
  EXPECT_FALSE(HasValues(Made<float>(DataType::kString, {2}, {1, 2})));
  EXPECT_FALSE(HasValues(Made<float>(DataType::kUndefined, {2}, {1, 2})));
  EXPECT_FALSE(HasValues(Made<float>(DataType::kFloat32, {0}, {})));
  const dlc::Tensor codes = Made<std::int8_t>(DataType::kSfixed8, {2}, {1, 2});
  EXPECT_FALSE(HasValues(With(codes, PerChannel({1, 2, 3}, 0))));
  EXPECT_FALSE(HasValues(With(codes, PerChannel({1, 2}, 1))));
  EXPECT_FALSE(HasValues(With(codes, PerChannel({1, 2}, -1))));
  EXPECT_TRUE(HasValues(With(codes, PerChannel({1, 2}, 0))));
}

}  // namespace
}  // namespace acc::features
