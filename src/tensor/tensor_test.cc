// SPDX-License-Identifier: BSD-3-Clause
#include "tensor/tensor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace acc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr float kInf = std::numeric_limits<float>::infinity();
const float kNan = std::nanf("");

std::vector<float> RoundTrip(ElementType type, const std::vector<float>& values) {
  const auto tensor = FromFloatValues(type, {static_cast<std::int64_t>(values.size())}, values);
  EXPECT_TRUE(tensor.ok()) << tensor.status().message();
  return ToFloats(tensor->view()).value();
}

TEST(TensorTest, CreateChecksTheNumberOfBytes) {
  EXPECT_TRUE(Tensor::Create(ElementType::kFloat32, {2, 3}, std::vector<std::byte>(24)).ok());
  EXPECT_TRUE(Tensor::Create(ElementType::kInt4, {3}, std::vector<std::byte>(2)).ok());
  EXPECT_TRUE(Tensor::Create(ElementType::kFloat32, {0, 3}, {}).ok());
  EXPECT_EQ(
      Tensor::Create(ElementType::kFloat32, {2, 3}, std::vector<std::byte>(23)).status().message(),
      "a tensor of float32 2x3 needs 24 bytes, not 23");
  EXPECT_FALSE(Tensor::Create(ElementType::kFloat32, {-1}, {}).ok());
  EXPECT_FALSE(Tensor::Create(ElementType::kString, {1}, {}).ok());
  EXPECT_FALSE(Tensor::Create(ElementType::kUndefined, {1}, {}).ok());
  EXPECT_FALSE(Tensor::Create(ElementType::kFloat32, {std::int64_t{1} << 62}, {}).ok());
}

TEST(TensorTest, HoldsTypeDimsAndValues) {
  const std::vector<std::int64_t> values = {1, -2, 3};
  const Tensor tensor = Tensor::FromInt64s({3, 1}, values);
  EXPECT_EQ(tensor.type(), ElementType::kInt64);
  EXPECT_EQ(tensor.size(), 3U);
  EXPECT_THAT(tensor.values<std::int64_t>(), ElementsAre(1, -2, 3));
  EXPECT_EQ(tensor.Reshaped({1, 3}).dims(), (Shape{1, 3}));
  EXPECT_EQ(tensor.Reshaped({1, 3}).bytes().data(), tensor.bytes().data());
}

TEST(TensorTest, EmptyTensorHasNothing) {
  const Tensor tensor;
  EXPECT_EQ(tensor.size(), 0U);
  EXPECT_TRUE(tensor.bytes().empty());
  EXPECT_FALSE(ToFloats(tensor.view()).ok());
}

TEST(TensorDeathTest, MistakesOfTheProgramEndIt) {
  const std::vector<float> two = {1, 2};
  EXPECT_DEATH(Tensor::FromFloats({3}, two), "");
  EXPECT_DEATH(Tensor::FromFloats({2}, two).Reshaped({3}), "");
}

TEST(ConversionTest, FloatsKeepTheirBits) {
  const std::vector<float> values = {0.1F, -kInf, kInf, 1e-42F};
  EXPECT_EQ(RoundTrip(ElementType::kFloat32, values), values);
  EXPECT_EQ(RoundTrip(ElementType::kFloat64, values), values);
  for (const ElementType type : {ElementType::kFloat32, ElementType::kFloat64,
                                 ElementType::kFloat16, ElementType::kBfloat16}) {
    EXPECT_TRUE(std::isnan(RoundTrip(type, {kNan})[0])) << Name(type);
    EXPECT_TRUE(std::signbit(RoundTrip(type, {-0.0F})[0])) << Name(type);
  }
  EXPECT_THAT(RoundTrip(ElementType::kFloat16, {1.0004F, 70000, -1e-9F}),
              ElementsAre(1, kInf, -0.0F));
  EXPECT_THAT(RoundTrip(ElementType::kBfloat16, {1.003F, 3e38F}),
              ElementsAre(1, std::bit_cast<float>(0x7F620000U)));
}

TEST(ConversionTest, DoublesAreRounded) {
  const std::vector<double> values = {0.1, 1e300, -1e300};
  const Tensor tensor = Tensor::FromValues<double>(ElementType::kFloat64, {3}, values);
  EXPECT_THAT(ToFloats(tensor.view()).value(), ElementsAre(0.1F, kInf, -kInf));
}

struct IntegerCase {
  ElementType type;
  float min;
  float max;  // As float32, which rounds those of the wide types up.
};

TEST(ConversionTest, IntegersRoundToEvenAndSaturate) {
  for (const IntegerCase& c : {
           IntegerCase{ElementType::kInt4, -8, 7},
           IntegerCase{ElementType::kUint4, 0, 15},
           IntegerCase{ElementType::kInt8, -128, 127},
           IntegerCase{ElementType::kUint8, 0, 255},
           IntegerCase{ElementType::kInt16, -32768, 32767},
           IntegerCase{ElementType::kUint16, 0, 65535},
           IntegerCase{ElementType::kInt32, -0x1p31F, 0x1p31F},
           IntegerCase{ElementType::kUint32, 0, 0x1p32F},
           IntegerCase{ElementType::kInt64, -0x1p63F, 0x1p63F},
           IntegerCase{ElementType::kUint64, 0, 0x1p64F},
       }) {
    EXPECT_THAT(RoundTrip(c.type, {0, 0.5F, 1.5F, 2.5F, 6.49F, kNan}),
                ElementsAre(0, 0, 2, 2, 6, 0))
        << Name(c.type);
    EXPECT_THAT(RoundTrip(c.type, {c.min, c.min - 1, -1e30F, -kInf, c.max, c.max + 1, 1e30F, kInf}),
                ElementsAre(c.min, c.min, c.min, c.min, c.max, c.max, c.max, c.max))
        << Name(c.type);
    EXPECT_EQ(RoundTrip(c.type, {-3})[0], std::max(c.min, -3.0F)) << Name(c.type);
  }
}

TEST(ConversionTest, SaturatedIntegersAreTheLimits) {
  const std::vector<float> values = {-1e30F, 1e30F, 0x1p63F};
  const Tensor tensor = FromFloatValues(ElementType::kInt64, {3}, values).value();
  constexpr auto kMin = std::numeric_limits<std::int64_t>::min();
  constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
  EXPECT_THAT(tensor.values<std::int64_t>(), ElementsAre(kMin, kMax, kMax));
  const Tensor narrow = FromFloatValues(ElementType::kInt32, {3}, values).value();
  EXPECT_THAT(narrow.values<std::int32_t>(), ElementsAre(std::numeric_limits<std::int32_t>::min(),
                                                         std::numeric_limits<std::int32_t>::max(),
                                                         std::numeric_limits<std::int32_t>::max()));
}

TEST(ConversionTest, EveryIntegerOfTheNarrowTypesComesBack) {
  for (const ElementType type : {ElementType::kInt8, ElementType::kUint8, ElementType::kInt16,
                                 ElementType::kUint16, ElementType::kInt4, ElementType::kUint4}) {
    std::vector<float> values;
    for (int value = -40000; value <= 70000; ++value) {
      const auto real = static_cast<float>(value);
      if (RoundTrip(type, {real})[0] == real) values.push_back(real);
    }
    const std::size_t bits = ByteSize(type, 2) * 4;
    EXPECT_EQ(values.size(), std::size_t{1} << bits) << Name(type);
    EXPECT_EQ(RoundTrip(type, values), values) << Name(type);
  }
}

TEST(ConversionTest, BoolIsTrueForAllButZero) {
  EXPECT_THAT(RoundTrip(ElementType::kBool, {0, -0.0F, 0.25F, -7}), ElementsAre(0, 0, 1, 1));
}

TEST(ConversionTest, FourBitElementsStartWithTheLowNibble) {
  const std::vector<float> values = {10, 4, 7};
  const Tensor tensor = FromFloatValues(ElementType::kUint4, {3}, values).value();
  EXPECT_THAT(tensor.bytes(), ElementsAre(std::byte{0x4A}, std::byte{0x07}));
  const std::vector<std::byte> bytes = {std::byte{0xF8}};
  EXPECT_THAT(ToFloats({ElementType::kInt4, {2}, bytes}).value(), ElementsAre(-8, -1));
}

TEST(ConversionTest, BytesNeedNotBeAligned) {
  const std::vector<std::byte> bytes = {std::byte{9}, std::byte{0}, std::byte{0}, std::byte{0x80},
                                        std::byte{0x3F}};
  EXPECT_THAT(ToFloats({ElementType::kFloat32, {1}, std::span(bytes).subspan(1)}).value(),
              ElementsAre(1));
}

TEST(ConversionTest, RefusesWhatDoesNotFit) {
  const std::vector<float> two = {1, 2};
  EXPECT_THAT(FromFloatValues(ElementType::kInt8, {3}, two).status().message(),
              HasSubstr("2 values"));
  EXPECT_THAT(FromFloatValues(ElementType::kString, {2}, two).status().message(),
              HasSubstr("string"));
  EXPECT_FALSE(ToFloats({ElementType::kFloat32, {3}, std::as_bytes(std::span(two))}).ok());
  EXPECT_FALSE(ToFloats({ElementType::kFloat32, {-1}, std::as_bytes(std::span(two))}).ok());
}

TEST(ConversionTest, TensorsWithoutElements) {
  EXPECT_TRUE(ToFloats({ElementType::kInt64, {0, 3}, {}}).value().empty());
  EXPECT_EQ(FromFloatValues(ElementType::kInt4, {0}, {}).value().size(), 0U);
}

}  // namespace
}  // namespace acc
