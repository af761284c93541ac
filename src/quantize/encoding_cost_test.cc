// SPDX-License-Identifier: BSD-3-Clause
#include "quantize/encoding_cost.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "quantize/encoding.h"

namespace acc::quantize {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TensorEncoding PerTensor(const Encoding& encoding) {
  TensorEncoding tensor;
  tensor.channels = {encoding};
  return tensor;
}

TensorEncoding PerChannel(const std::vector<double>& scales, int axis) {
  TensorEncoding tensor;
  for (const double scale : scales) {
    tensor.channels.push_back(EncodingFromScale(scale, -8, 4, true));
  }
  tensor.axis = axis;
  return tensor;
}

std::vector<float> Values(std::size_t count) {
  std::mt19937 random(7);
  std::normal_distribution<float> normal(0, 2);
  std::vector<float> values(count);
  for (float& value : values) value = normal(random);
  return values;
}

// The definition, with the quantizer's own function.
double Expected(const std::vector<float>& values, const Shape& dims, const TensorEncoding& first,
                const TensorEncoding& second) {
  const std::vector<float> a = FakeQuantized(values, dims, first);
  const std::vector<float> b = FakeQuantized(values, dims, second);
  double signal = 0;
  double noise = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    signal += double{a[i]} * a[i];
    noise += (double{a[i]} - b[i]) * (double{a[i]} - b[i]);
  }
  return 10 * std::log10(signal / noise);
}

EncodingCost Cost(const Shape& dims, const TensorEncoding& first, const TensorEncoding& second,
                  const std::vector<float>& values, std::size_t piece,
                  std::optional<int> axis = std::nullopt) {
  Result<EncodingCost> cost = EncodingCost::Create(dims, first, second, axis);
  EXPECT_TRUE(cost.ok()) << cost.status().message();
  for (std::size_t at = 0; at < values.size(); at += piece) {
    cost->Add(std::span(values).subspan(at, std::min(piece, values.size() - at)));
  }
  return *std::move(cost);
}

TEST(EncodingCostTest, ByHand) {
  // 1 and 3 on a grid of step 1, and on one of step 2: 1 becomes 0 (a tie, to even), 3 becomes 4.
  const TensorEncoding ones = PerTensor(EncodingFromScale(1, 0, 8, false));
  const TensorEncoding twos = PerTensor(EncodingFromScale(2, 0, 8, false));
  EXPECT_NEAR(Cost({2}, ones, twos, {1, 3}, 2).Decibels(), 10 * std::log10(10.0 / 2.0), 1e-12);
}

TEST(EncodingCostTest, AgreesWithTheQuantizer) {
  const std::vector<float> values = Values(3 * 5 * 7);
  const Shape dims = {3, 5, 7};
  const TensorEncoding tensor = PerTensor(EncodingFromScale(0.05, -101, 8, false));
  const TensorEncoding channels = PerChannel({0.5, 0.7, 0.9, 1.1, 1.3}, 1);
  for (const std::size_t piece : {1U, 4U, 7U, 50U, 105U}) {
    EXPECT_NEAR(Cost(dims, tensor, channels, values, piece, 1).Decibels(),
                Expected(values, dims, tensor, channels), 1e-4);
    EXPECT_NEAR(Cost(dims, channels, tensor, values, piece, 1).Decibels(),
                Expected(values, dims, channels, tensor), 1e-4);
  }
}

TEST(EncodingCostTest, EachChannelHasItsOwn) {
  // The last axis is the channels': elements alternate.
  const TensorEncoding first = PerChannel({1, 1}, 1);
  const TensorEncoding second = PerChannel({1, 2}, 1);
  const EncodingCost cost = Cost({2, 2}, first, second, {1, 3, 1, 3}, 3, 1);
  EXPECT_EQ(cost.Decibels(0), kInfinity);
  EXPECT_NEAR(cost.Decibels(1), 10 * std::log10(9.0 / 1.0), 1e-12);
  EXPECT_NEAR(cost.Decibels(), 10 * std::log10(20.0 / 2.0), 1e-12);
}

TEST(EncodingCostTest, EqualValuesCostNothing) {
  const TensorEncoding grid = PerTensor(EncodingFromScale(1, -8, 4, true));
  EXPECT_EQ(Cost({2}, grid, grid, {1.2F, -9}, 2).Decibels(), kInfinity);
  EXPECT_EQ(Cost({0}, grid, grid, {}, 1).Decibels(), kInfinity);
}

TEST(EncodingCostTest, OnlyNoiseIsMinusInfinity) {
  const TensorEncoding coarse = PerTensor(EncodingFromScale(100, 0, 8, false));
  const TensorEncoding fine = PerTensor(EncodingFromScale(1, 0, 8, false));
  EXPECT_EQ(Cost({1}, coarse, fine, {3}, 1).Decibels(), -kInfinity);
}

TEST(EncodingCostTest, FloatKeepsOrRoundsToHalf) {
  TensorEncoding half;
  half.is_float = true;
  half.channels = {{.bitwidth = 16}};
  TensorEncoding whole = half;
  whole.channels.front().bitwidth = 32;
  const std::vector<float> values = {1.0F + 0x1p-12F};  // Half precision gives 1.
  const double expected = 20 * std::log10((1 + 0x1p-12) / 0x1p-12);
  EXPECT_NEAR(Cost({1}, whole, half, values, 1).Decibels(), expected, 1e-9);
}

TEST(EncodingCostTest, NanAndInfinityAreZero) {
  const TensorEncoding first = PerTensor(EncodingFromScale(1, -8, 4, true));
  const TensorEncoding second = PerTensor(EncodingFromScale(2, -8, 4, true));
  const std::vector<float> values = {NAN, INFINITY, -INFINITY, 3};
  EXPECT_NEAR(Cost({4}, first, second, values, 4).Decibels(), 10 * std::log10(9.0), 1e-12);
}

TEST(EncodingCostTest, ChannelsMustFit) {
  const TensorEncoding one = PerTensor(EncodingFromScale(1, -8, 4, true));
  const TensorEncoding two = PerChannel({1, 2}, 0);
  EXPECT_FALSE(EncodingCost::Create({3}, one, two, 0).ok());
  EXPECT_FALSE(EncodingCost::Create({2}, one, two, std::nullopt).ok());
  EXPECT_FALSE(EncodingCost::Create({2}, one, two, 1).ok());
  EXPECT_FALSE(EncodingCost::Create({2}, one, two, -1).ok());
  EXPECT_TRUE(EncodingCost::Create({2}, one, two, 0).ok());
}

}  // namespace
}  // namespace acc::quantize
