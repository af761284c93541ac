// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/stored_encoding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace acc::dlc {
namespace {

using ::testing::HasSubstr;

Encoding Read(const StoredEncoding& stored, DataType type) {
  const Result<std::optional<Encoding>> encoding = FromStored(stored, type);
  EXPECT_TRUE(encoding.ok()) << encoding.status().message();
  return encoding->value();
}

TEST(StoredEncodingTest, CountsUnsignedCodesAsTheyAre) {
  const Encoding encoding = Read({.scale = 0.5, .offset = -136}, DataType::kUfixed8);
  EXPECT_EQ(encoding.bitwidth, 8);
  EXPECT_EQ(encoding.offset, -136);
  EXPECT_EQ(encoding.min, -68);
  EXPECT_EQ(encoding.max, 59.5);
  EXPECT_FALSE(encoding.symmetric);
}

TEST(StoredEncodingTest, CountsSignedCodesFromZero) {
  const Encoding weights = Read({.scale = 0.5}, DataType::kSfixed8);
  EXPECT_EQ(weights.offset, -128);
  EXPECT_EQ(weights.min, -64);
  EXPECT_EQ(weights.max, 63.5);
  EXPECT_TRUE(weights.symmetric);

  const Encoding shifted = Read({.scale = 0.5, .offset = 10}, DataType::kSfixed8);
  EXPECT_EQ(shifted.offset, -118);
  EXPECT_FALSE(shifted.symmetric);

  const Encoding nibbles = Read({.bitwidth = 4, .scale = 1}, DataType::kSfixed8);
  EXPECT_EQ(nibbles.offset, -8);
  EXPECT_EQ(nibbles.min, -8);
  EXPECT_EQ(nibbles.max, 7);

  const Encoding bias = Read({.scale = 1}, DataType::kSfixed32);
  EXPECT_EQ(bias.offset, -(std::int64_t{1} << 31));
}

TEST(StoredEncodingTest, KeepsMinAndMaxWhereTheFileHasThem) {
  const Encoding encoding = Read(
      {.bitwidth = 8, .min = -1, .max = 1.5, .scale = 0.01, .offset = -100}, DataType::kUfixed8);
  EXPECT_EQ(encoding.min, -1);
  EXPECT_EQ(encoding.max, 1.5);
}

TEST(StoredEncodingTest, DerivesTheScaleFromMinAndMax) {
  const Encoding encoding = Read({.bitwidth = 8, .min = -1, .max = 254}, DataType::kFloat32);
  EXPECT_EQ(encoding.scale, 1);
  EXPECT_EQ(encoding.offset, -1);
}

TEST(StoredEncodingTest, IsNoneWhereNothingIsSaid) {
  const auto encoding = FromStored({.bitwidth = 8}, DataType::kUfixed8);
  ASSERT_TRUE(encoding.ok());
  EXPECT_FALSE(encoding->has_value());
}

TEST(StoredEncodingTest, RefusesNumbersThatMakeNoSense) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  for (const StoredEncoding& stored :
       {StoredEncoding{.bitwidth = 9, .scale = 1}, StoredEncoding{.bitwidth = 200, .scale = 1},
        StoredEncoding{.scale = kNan}, StoredEncoding{.scale = -1},
        StoredEncoding{.max = kInfinity}, StoredEncoding{.min = 2, .max = 1},
        StoredEncoding{.min = 2, .max = 2}}) {
    EXPECT_FALSE(FromStored(stored, DataType::kUfixed8).ok());
  }
  // An unknown type has no bitwidth.
  EXPECT_FALSE(FromStored({.scale = 1}, DataType::kUndefined).ok());
}

TEST(StoredEncodingTest, OfChannelsFollowsTheDims) {
  const Tensor tensor = {.type = DataType::kSfixed8, .dims = {3, 2}};
  const StoredEncoding two[] = {{.scale = 1}, {.scale = 2}};
  for (const int axis : {1, -1}) {
    const auto encoding = FromStored(two, axis, tensor);
    ASSERT_TRUE(encoding.ok()) << encoding.status().message();
    EXPECT_EQ((*encoding)->axis, 1);
    EXPECT_EQ((*encoding)->channels.size(), 2U);
    EXPECT_EQ((*encoding)->channels[1].scale, 2);
  }
  for (const int axis : {0, 2, -3, std::numeric_limits<int>::min()}) {
    EXPECT_THAT(FromStored(two, axis, tensor).status().message(),
                HasSubstr("2 channels along axis"));
  }
  EXPECT_THAT(FromStored(two, {}, tensor).status().message(), HasSubstr("without an axis"));
  const StoredEncoding half[] = {{.scale = 1}, {}};
  EXPECT_THAT(FromStored(half, 1, tensor).status().message(), HasSubstr("without a scale"));
}

TEST(StoredEncodingTest, GoesBack) {
  for (const DataType type : {DataType::kUfixed8, DataType::kSfixed8, DataType::kSfixed16}) {
    const StoredEncoding stored = {
        .bitwidth = 8, .min = -3, .max = 2, .scale = 0.25, .offset = -7, .symmetric = false};
    const StoredEncoding back = ToStored(Read(stored, type), type);
    EXPECT_EQ(back.offset, stored.offset);
    EXPECT_EQ(back.bitwidth, stored.bitwidth);
    EXPECT_EQ(back.min, stored.min);
    EXPECT_EQ(back.scale, stored.scale);
  }
}

}  // namespace
}  // namespace acc::dlc
