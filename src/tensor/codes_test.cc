// SPDX-License-Identifier: BSD-3-Clause
#include "tensor/codes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace acc {
namespace {

using ::testing::ElementsAre;

Encoding Symmetric(double scale, int bitwidth) {
  return EncodingFromScale(scale, -(std::int64_t{1} << (bitwidth - 1)), bitwidth, true);
}

TEST(CodeOf, RoundsTiesToEvenAndSaturates) {
  const Encoding encoding = EncodingFromScale(1, -10, 8, false);
  EXPECT_EQ(CodeOf(0.5, encoding), 10);
  EXPECT_EQ(CodeOf(1.5, encoding), 12);
  EXPECT_EQ(CodeOf(-1e30, encoding), 0);
  EXPECT_EQ(CodeOf(std::numeric_limits<double>::infinity(), encoding), 255);
  EXPECT_EQ(CodeOf(std::nan(""), encoding), 10);
}

TEST(CodeOf, HasACodeForEveryScale) {
  for (const double scale : {0.0, 1e-300, 1e-40, 1e300, std::numeric_limits<double>::infinity()}) {
    const Encoding encoding = EncodingFromScale(scale, -3, 8, false);
    EXPECT_GT(encoding.scale, 0);
    EXPECT_TRUE(std::isfinite(encoding.scale));
    EXPECT_TRUE(std::isfinite(encoding.max));
    EXPECT_EQ(CodeOf(0, encoding), 3);
  }
  Encoding broken = EncodingFromScale(1, -3, 8, false);
  broken.scale = 0;
  EXPECT_EQ(CodeOf(0, broken), 3);  // 0 / 0.
}

TEST(Dequantized, CountsSignedCodesFromTheMiddle) {
  const TensorEncoding encoding{.channels = {EncodingFromScale(0.5, -131, 8, false)}};
  const std::vector<std::int8_t> codes = {-128, 3, 127};
  const auto tensor = Tensor::FromValues<std::int8_t>(ElementType::kInt8, {3}, codes);
  const auto real = Dequantized(tensor.view(), encoding);
  ASSERT_TRUE(real.ok()) << real.status().message();
  EXPECT_THAT(real->values<float>(), ElementsAre(-65.5F, 0.0F, 62.0F));
  const std::vector<std::uint8_t> same = {0, 131, 255};
  const auto unsigned_codes = Tensor::FromValues<std::uint8_t>(ElementType::kUint8, {3}, same);
  EXPECT_THAT(Dequantized(unsigned_codes.view(), encoding)->values<float>(),
              ElementsAre(-65.5F, 0.0F, 62.0F));
}

TEST(Dequantized, GoesAlongTheAxis) {
  const TensorEncoding encoding{
      .channels = {EncodingFromScale(1, -128, 8, true), EncodingFromScale(0.25, -128, 8, true)},
      .axis = 0};
  const std::vector<std::int8_t> codes = {1, 2, 4, 8};
  const auto tensor = Tensor::FromValues<std::int8_t>(ElementType::kInt8, {2, 2}, codes);
  EXPECT_THAT(Dequantized(tensor.view(), encoding)->values<float>(), ElementsAre(1, 2, 1, 2));
  EXPECT_FALSE(Dequantized(tensor.Reshaped({4, 1}).view(), encoding).ok());
}

TEST(Storage, IsUnsignedForActivationsAndSignedForSymmetricParams) {
  const Encoding symmetric = Symmetric(1, 8);
  EXPECT_EQ(ActivationStorage(symmetric).type, ElementType::kUint8);
  EXPECT_EQ(ActivationStorage(symmetric).zero_point, 128);
  EXPECT_EQ(ParamStorage(symmetric).type, ElementType::kInt8);
  EXPECT_EQ(ParamStorage(symmetric).zero_point, 0);
  EXPECT_EQ(ParamStorage(Symmetric(1, 4)).type, ElementType::kInt8);
  EXPECT_EQ(ParamStorage(Symmetric(1, 16)).type, ElementType::kInt16);
  EXPECT_EQ(ParamStorage(EncodingFromScale(1, -5, 16, false)).type, ElementType::kUint16);
  EXPECT_EQ(ParamStorage(Symmetric(0.5, 32)).type, ElementType::kInt32);
  EXPECT_EQ(ParamStorage(Symmetric(0.5, 32)).zero_point, 0);
}

TEST(Quantized, StoresSignedCodesPerChannel) {
  TensorEncoding encoding;
  encoding.axis = 1;
  encoding.channels = {Symmetric(1.0 / 127, 8), Symmetric(1, 8)};
  const std::vector<float> values = {1, 127, -1, -5, 0, 3};
  const auto codes = Quantized(values, {3, 2}, encoding);
  ASSERT_TRUE(codes.ok());
  EXPECT_EQ(codes->type(), ElementType::kInt8);
  EXPECT_THAT(codes->values<std::int8_t>(), ElementsAre(127, 127, -127, -5, 0, 3));
  EXPECT_FALSE(Quantized(values, {2, 3}, encoding).ok());
}

TEST(Quantized, FourBitCodesTakeAByteEach) {
  TensorEncoding encoding;
  encoding.channels = {Symmetric(1, 4)};
  const std::vector<float> values = {-100, -7, 0.4F, 7};
  const auto codes = Quantized(values, {4}, encoding);
  ASSERT_TRUE(codes.ok());
  EXPECT_THAT(codes->values<std::int8_t>(), ElementsAre(-8, -7, 0, 7));
}

TEST(Quantized, BiasesSaturateAtInt32) {
  TensorEncoding encoding;
  encoding.channels = {Symmetric(0.5, 32)};
  const std::vector<float> values = {1, -3, 1e30F, -1e30F};
  const auto codes = Quantized(values, {4}, encoding);
  ASSERT_TRUE(codes.ok());
  EXPECT_THAT(codes->values<std::int32_t>(),
              ElementsAre(2, -6, std::numeric_limits<std::int32_t>::max(),
                          std::numeric_limits<std::int32_t>::min()));
}

TEST(FakeQuantized, IsWhatTheCodesStandFor) {
  TensorEncoding encoding;
  encoding.channels = {EncodingFromScale(0.25, -2, 8, false)};
  const std::vector<float> values = {-9, -0.3F, 0.3F, 1};
  EXPECT_THAT(FakeQuantized(values, {4}, encoding), ElementsAre(-0.5F, -0.25F, 0.25F, 1));
}

}  // namespace
}  // namespace acc
