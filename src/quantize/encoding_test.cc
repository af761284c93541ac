// SPDX-License-Identifier: BSD-3-Clause
#include "quantize/encoding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace acc::quantize {
namespace {

using ::testing::ElementsAre;

TEST(AsymmetricEncoding, WorkedExampleOfTheDocumentation) {
  const Encoding encoding = AsymmetricEncoding(-1.8, 0.5, 8);
  EXPECT_NEAR(encoding.min, -1.803922, 5e-7);
  EXPECT_NEAR(encoding.max, 0.496078, 5e-7);
  EXPECT_NEAR(encoding.scale, 0.009020, 5e-7);
  EXPECT_EQ(encoding.offset, -200);
  std::vector<std::int64_t> codes;
  std::vector<double> values;
  for (const double x : {-1.8, -1.0, 0.0, 0.5}) {
    codes.push_back(CodeOf(x, encoding));
    values.push_back(std::round(1e4 * ValueOf(codes.back(), encoding)) / 1e4);
  }
  EXPECT_THAT(codes, ElementsAre(0, 89, 200, 255));
  EXPECT_THAT(values, ElementsAre(-1.8039, -1.0012, 0, 0.4961));
}

TEST(AsymmetricEncoding, WorkedShiftOfTheDocumentation) {
  const Encoding encoding = AsymmetricEncoding(-5.1, 5.1, 8);
  EXPECT_NEAR(encoding.min, -5.12, 1e-6);
  EXPECT_NEAR(encoding.max, 5.08, 1e-6);
  EXPECT_NEAR(encoding.scale, 0.04, 1e-8);
  EXPECT_EQ(CodeOf(0, encoding), 128);
}

TEST(AsymmetricEncoding, OneSidedRangesReachZero) {
  const Encoding positive = AsymmetricEncoding(2, 5.1, 8);
  EXPECT_EQ(positive.offset, 0);
  EXPECT_EQ(positive.min, 0);
  EXPECT_NEAR(positive.max, 5.1, 1e-6);
  const Encoding negative = AsymmetricEncoding(-5.1, -2, 8);
  EXPECT_EQ(negative.offset, -255);
  EXPECT_EQ(negative.max, 0);
  EXPECT_NEAR(negative.min, -5.1, 1e-6);
}

TEST(AsymmetricEncoding, HasAMinimumWidth) {
  for (const auto& [min, max] : {std::pair{0.0, 0.0}, {0.0, 1e-6}, {-1e-6, 0.0}}) {
    const Encoding encoding = AsymmetricEncoding(min, max, 8);
    EXPECT_NEAR(encoding.max - encoding.min, kMinWidth, 1e-9);
  }
}

TEST(AsymmetricEncoding, ZeroIsExactAndTheScaleIsFloat32) {
  std::mt19937 random(1);
  std::uniform_real_distribution<double> number(-10, 10);
  for (int round = 0; round < 2000; ++round) {
    const double a = number(random);
    const double b = number(random);
    for (const int bitwidth : {4, 8, 16}) {
      const Encoding encoding = AsymmetricEncoding(std::min(a, b), std::max(a, b), bitwidth);
      EXPECT_EQ(ValueOf(CodeOf(0, encoding), encoding), 0);
      EXPECT_EQ(static_cast<double>(static_cast<float>(encoding.scale)), encoding.scale);
      EXPECT_GE(encoding.offset, -Steps(bitwidth));
      EXPECT_LE(encoding.offset, 0);
      EXPECT_EQ(encoding.min, encoding.scale * static_cast<double>(encoding.offset));
    }
  }
}

// What the graph computes: float32 codes times float32 scales.
void ExpectFinite(const Encoding& encoding, double largest) {
  const auto scale = static_cast<float>(encoding.scale);
  const auto last = encoding.offset + Steps(encoding.bitwidth);
  EXPECT_TRUE(std::isfinite(scale * static_cast<float>(encoding.offset)));
  EXPECT_TRUE(std::isfinite(scale * static_cast<float>(last)));
  EXPECT_GE(std::max(-encoding.min, encoding.max), 0.99 * largest);
}

TEST(Encodings, NoCodeStandsForInfinity) {
  constexpr double kMost = std::numeric_limits<float>::max();
  for (const int bitwidth : {4, 8, 16}) {
    ExpectFinite(AsymmetricEncoding(-kMost, 0, bitwidth), kMost);
    ExpectFinite(AsymmetricEncoding(-kMost, kMost, bitwidth), kMost);
    ExpectFinite(AsymmetricEncoding(0, kMost, bitwidth), kMost);
    ExpectFinite(SymmetricEncoding(-kMost, kMost, bitwidth), kMost);
  }
}

TEST(SymmetricEncoding, CentresOnZero) {
  const Encoding encoding = SymmetricEncoding(-0.5, 1.27, 8);
  EXPECT_EQ(encoding.offset, -128);
  EXPECT_TRUE(encoding.symmetric);
  EXPECT_NEAR(encoding.scale, 0.01, 1e-9);
  EXPECT_NEAR(encoding.max, 1.27, 1e-6);
  EXPECT_NEAR(encoding.min, -1.28, 1e-6);
  EXPECT_EQ(SymmetricEncoding(-1, 1, 4).offset, -8);
  EXPECT_EQ(SymmetricEncoding(-1, 1, 16).offset, -32768);
  EXPECT_GT(SymmetricEncoding(0, 0, 16).scale, 0);
}

}  // namespace
}  // namespace acc::quantize
