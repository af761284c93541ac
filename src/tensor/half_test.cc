// SPDX-License-Identifier: BSD-3-Clause
#include "tensor/half.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace acc {
namespace {

// The value of a 16-bit float by its definition; NaN for NaN.
double ValueOf(unsigned bits, int exponent_bits, int fraction_bits) {
  const double sign = (bits & 0x8000U) != 0 ? -1.0 : 1.0;
  const int bias = (1 << (exponent_bits - 1)) - 1;
  const int exponent = static_cast<int>(bits >> fraction_bits) & ((1 << exponent_bits) - 1);
  const int fraction = static_cast<int>(bits) & ((1 << fraction_bits) - 1);
  if (exponent == (1 << exponent_bits) - 1) {
    return fraction == 0 ? sign * std::numeric_limits<double>::infinity() : std::nan("");
  }
  const double scaled = std::ldexp(fraction, -fraction_bits);
  return exponent == 0 ? sign * std::ldexp(scaled, 1 - bias)
                       : sign * std::ldexp(1 + scaled, exponent - bias);
}

// All finite values that are not negative, which rise with their bits, and the power of two that
// stands in for infinity when distances are compared.
std::vector<double> Positives(int exponent_bits, int fraction_bits) {
  std::vector<double> values;
  unsigned bits = 0;
  for (; !std::isinf(ValueOf(bits, exponent_bits, fraction_bits)); ++bits) {
    values.push_back(ValueOf(bits, exponent_bits, fraction_bits));
  }
  values.push_back(std::ldexp(1, 1 << (exponent_bits - 1)));
  return values;
}

// The nearest of all values by search, ties to the even bits.
unsigned Nearest(float value, const std::vector<double>& positives) {
  const double magnitude = std::fabs(static_cast<double>(value));
  auto above = std::lower_bound(positives.begin(), positives.end(), magnitude);
  if (above == positives.end()) --above;
  auto best = static_cast<unsigned>(above - positives.begin());
  if (best > 0) {
    const double up = *above - magnitude;
    const double down = magnitude - positives[best - 1];
    if (down < up || (down == up && best % 2 == 1)) --best;
  }
  return best | (std::signbit(value) ? 0x8000U : 0U);
}

// Values around every halfway point between neighbours, and random ones.
std::vector<float> Probes(const std::vector<double>& positives) {
  std::vector<float> probes;
  const auto add = [&](double value) {
    const auto probe = static_cast<float>(value);
    for (const float near : {probe, std::nextafterf(probe, 0.0F),
                             std::nextafterf(probe, std::numeric_limits<float>::infinity())}) {
      probes.push_back(near);
      probes.push_back(-near);
    }
  };
  for (std::size_t i = 0; i + 1 < positives.size(); ++i) {
    add(positives[i]);
    add((positives[i] + positives[i + 1]) / 2);
  }
  std::mt19937 random(3);
  for (int i = 0; i < 300000; ++i) {
    const auto probe = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
    if (!std::isnan(probe)) probes.push_back(probe);
  }
  return probes;
}

TEST(HalfTest, EveryHalfHasTheValueOfItsDefinition) {
  for (unsigned bits = 0; bits <= 0xFFFFU; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const double expected = ValueOf(bits, 5, 10);
    const float value = FloatFromHalf(half);
    if (std::isnan(expected)) {
      EXPECT_TRUE(std::isnan(value)) << bits;
      EXPECT_TRUE(std::isnan(FloatFromHalf(HalfFromFloat(value)))) << bits;
      continue;
    }
    ASSERT_EQ(static_cast<double>(value), expected) << bits;
    ASSERT_EQ(std::signbit(value), std::signbit(expected)) << bits;
    ASSERT_EQ(HalfFromFloat(value), half);
  }
}

TEST(HalfTest, RoundsToTheNearestAndTiesToEven) {
  const std::vector<double> positives = Positives(5, 10);
  for (const float probe : Probes(positives)) {
    ASSERT_EQ(HalfFromFloat(probe), Nearest(probe, positives)) << probe;
  }
}

TEST(HalfTest, Edges) {
  EXPECT_EQ(HalfFromFloat(65504.0F), 0x7BFF);
  EXPECT_EQ(HalfFromFloat(65519.996F), 0x7BFF);
  EXPECT_EQ(HalfFromFloat(65520.0F), 0x7C00);
  EXPECT_EQ(HalfFromFloat(std::numeric_limits<float>::infinity()), 0x7C00);
  EXPECT_EQ(HalfFromFloat(-0.0F), 0x8000);
  EXPECT_EQ(HalfFromFloat(0x1p-25F), 0);    // Half of the least subnormal: to even.
  EXPECT_EQ(HalfFromFloat(0x1.8p-24F), 2);  // Between 1 and 2: to even.
  EXPECT_EQ(HalfFromFloat(0x1.002p0F), 0x3C00);
  EXPECT_EQ(HalfFromFloat(0x1.006p0F), 0x3C02);
}

TEST(BfloatTest, EveryBfloatComesBack) {
  for (unsigned bits = 0; bits <= 0xFFFFU; ++bits) {
    const auto bfloat = static_cast<std::uint16_t>(bits);
    const double expected = ValueOf(bits, 8, 7);
    const float value = FloatFromBfloat(bfloat);
    if (std::isnan(expected)) {
      EXPECT_TRUE(std::isnan(FloatFromBfloat(BfloatFromFloat(value))));
      continue;
    }
    ASSERT_EQ(static_cast<double>(value), expected);
    ASSERT_EQ(BfloatFromFloat(value), bfloat);
  }
}

TEST(BfloatTest, RoundsToTheNearestAndTiesToEven) {
  const std::vector<double> positives = Positives(8, 7);
  for (const float probe : Probes(positives)) {
    ASSERT_EQ(BfloatFromFloat(probe), Nearest(probe, positives)) << probe;
  }
}

TEST(BfloatTest, NanWithALowPayloadStaysNan) {
  const float nan = std::bit_cast<float>(0x7F800001U);
  EXPECT_TRUE(std::isnan(FloatFromBfloat(BfloatFromFloat(nan))));
  EXPECT_TRUE(std::isnan(FloatFromHalf(HalfFromFloat(nan))));
}

}  // namespace
}  // namespace acc
