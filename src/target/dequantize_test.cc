// SPDX-License-Identifier: BSD-3-Clause
#include "target/dequantize.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace acc::target {
namespace {

TensorEncoding PerTensor(int bitwidth, double scale, std::int64_t offset) {
  return {.channels = {{.bitwidth = bitwidth, .scale = scale, .offset = offset}}};
}

TEST(Quantize, WorkedExampleOfThePublicDocumentation) {
  // Data -1.8, -1.0, 0, 0.5 under min -1.803922, max 0.496078: codes 0, 89, 200, 255.
  const std::vector<float> data = {-1.8F, -1.0F, 0.0F, 0.5F};
  const auto encoding = PerTensor(8, 2.3 / 255, -200);
  const auto codes = Quantize(Tensor::FromFloats({4}, data).view(), encoding);
  ASSERT_TRUE(codes.ok());
  const auto values = codes->values<std::uint8_t>();
  EXPECT_EQ(std::vector<int>(values.begin(), values.end()), (std::vector<int>{0, 89, 200, 255}));

  const auto real = Dequantize(codes->view(), encoding);
  ASSERT_TRUE(real.ok());
  EXPECT_NEAR(real->values<float>()[0], -1.8039, 5e-5);
  EXPECT_NEAR(real->values<float>()[1], -1.0011, 5e-4);
  EXPECT_EQ(real->values<float>()[2], 0.0F);
  EXPECT_NEAR(real->values<float>()[3], 0.4961, 5e-5);
}

TEST(Quantize, SaturatesAndRoundsHalvesToEven) {
  const float inf = std::numeric_limits<float>::infinity();
  const std::vector<float> data = {0.5F, 1.5F, 2.5F, -inf, inf, std::nanf(""), 1e30F};
  const auto codes = Quantize(Tensor::FromFloats({7}, data).view(), PerTensor(16, 1.0, -10));
  ASSERT_TRUE(codes.ok());
  const auto values = codes->values<std::uint16_t>();
  EXPECT_EQ(std::vector<int>(values.begin(), values.end()),
            (std::vector<int>{10, 12, 12, 0, 65535, 0, 65535}));
}

TEST(Dequantize, SignedStorageIsMovedByHalfTheRange) {
  const std::vector<std::int8_t> codes = {-128, 0, 127};
  const auto stored = Tensor::FromValues<std::int8_t>(ElementType::kInt8, {3}, codes);
  const auto real = Dequantize(stored.view(), PerTensor(8, 0.5, -128));
  ASSERT_TRUE(real.ok());
  EXPECT_EQ(real->values<float>()[0], -64.0F);
  EXPECT_EQ(real->values<float>()[1], 0.0F);
  EXPECT_EQ(real->values<float>()[2], 63.5F);
}

TEST(Dequantize, EveryCodeComesBack) {
  std::vector<std::uint16_t> codes(65536);
  for (std::size_t i = 0; i < codes.size(); ++i) codes[i] = static_cast<std::uint16_t>(i);
  const auto stored = Tensor::FromValues<std::uint16_t>(ElementType::kUint16, {65536}, codes);
  const auto encoding = PerTensor(16, 1.0 / 4096, -32768);
  const auto real = Dequantize(stored.view(), encoding);
  ASSERT_TRUE(real.ok());
  const auto back = Quantize(real->view(), encoding);
  ASSERT_TRUE(back.ok());
  const auto values = back->values<std::uint16_t>();
  EXPECT_TRUE(std::equal(codes.begin(), codes.end(), values.begin(), values.end()));
}

TEST(Dequantize, RefusesWhatNoTargetStores) {
  const std::vector<float> data = {1.0F};
  const auto floats = Tensor::FromFloats({1}, data);
  EXPECT_FALSE(Dequantize(floats.view(), PerTensor(8, 1, 0)).ok());
  TensorEncoding per_channel{.channels = {{}, {}}, .axis = 0};
  EXPECT_FALSE(Quantize(floats.view(), per_channel).ok());
}

}  // namespace
}  // namespace acc::target
