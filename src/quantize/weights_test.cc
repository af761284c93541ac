// SPDX-License-Identifier: BSD-3-Clause
#include "quantize/weights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "quantize/encoding.h"
#include "tensor/codes.h"

namespace acc::quantize {
namespace {

using ::testing::HasSubstr;

TensorEncoding PerChannel(std::vector<double> scales, int axis) {
  TensorEncoding encoding;
  encoding.axis = axis;
  for (const double scale : scales) {
    encoding.channels.push_back(EncodingFromScale(scale, -128, 8, true));
  }
  return encoding;
}

TEST(EncodingOfConstant, PerChannelReadsTheValuesOfEachChannel) {
  // Channels along axis 1: {1, 2, 5, 6} and {-30, 4, 7, 8}.
  const Tensor weight = Tensor::FromFloats({2, 2, 2}, std::vector<float>{1, 2, -30, 4, 5, 6, 7, 8});
  const TensorEncoding encoding = EncodingOfConstant(weight, 1, InfoOf(Algorithm::kTf), {});
  ASSERT_EQ(encoding.channels.size(), 2u);
  EXPECT_NEAR(encoding.channels[0].max, 6, 1e-5);
  EXPECT_NEAR(encoding.channels[1].max, 30, 1e-5);
  EXPECT_TRUE(encoding.channels[0].symmetric);
}

TEST(EncodingOfConstant, PerTensorIsAsymmetric) {
  const Tensor weight = Tensor::FromFloats({2}, std::vector<float>{-1, 3});
  const TensorEncoding encoding =
      EncodingOfConstant(weight, std::nullopt, InfoOf(Algorithm::kTf), {});
  ASSERT_EQ(encoding.channels.size(), 1u);
  EXPECT_FALSE(encoding.per_channel());
  EXPECT_NEAR(encoding.channels[0].max, 3, 0.01);
}

TEST(FittedOverride, PutsUnnamedAxesOnTheOutputChannels) {
  const auto fitted = FittedOverride(PerChannel({1, 2, 3}, 0), {2, 3}, 1, 16);
  ASSERT_TRUE(fitted.ok());
  EXPECT_EQ(fitted->axis, 1);
  const auto own = FittedOverride(PerChannel({1, 2}, -2), {2, 3}, 1, 16);
  ASSERT_TRUE(own.ok());
  EXPECT_EQ(own->axis, 0);
}

TEST(FittedOverride, RefusesWhatDoesNotFit) {
  EXPECT_THAT(FittedOverride(PerChannel({1, 2, 3, 4}, 0), {2, 3}, 1, 16).status().message(),
              HasSubstr("4 channels do not fit the dimensions 2x3"));
  TensorEncoding wide;
  wide.channels = {BiasEncoding(1)};
  EXPECT_THAT(FittedOverride(wide, {2}, std::nullopt, 16).status().message(), HasSubstr("32 bits"));
  TensorEncoding mixed = PerChannel({1, 2}, 0);
  mixed.channels[1].symmetric = false;
  EXPECT_FALSE(FittedOverride(mixed, {2}, 0, 16).ok());
}

TEST(AccumulatorEncoding, MultipliesScalesPerChannel) {
  const TensorEncoding weight = PerChannel({0.5, 0.25}, 0);
  const TensorEncoding encoding = AccumulatorEncoding(2, weight, {2});
  ASSERT_EQ(encoding.channels.size(), 2u);
  EXPECT_EQ(encoding.axis, 0);
  EXPECT_EQ(encoding.channels[0].scale, 1);
  EXPECT_EQ(encoding.channels[1].scale, 0.5);
  EXPECT_EQ(encoding.channels[0].bitwidth, 32);
  EXPECT_EQ(AccumulatorEncoding(2, weight, {1, 2}).axis, 1);
}

TEST(AccumulatorEncoding, ABiasWithoutChannelsTakesTheLargestScale) {
  const TensorEncoding encoding = AccumulatorEncoding(2, PerChannel({0.5, 0.25}, 0), {});
  ASSERT_EQ(encoding.channels.size(), 1u);
  EXPECT_FALSE(encoding.per_channel());
  EXPECT_EQ(encoding.channels[0].scale, 1);
}

TEST(RaiseForBias, RaisesOnlyTheChannelThatNeedsIt) {
  TensorEncoding weight = PerChannel({1e-9, 0.25}, 0);
  const Tensor bias =
      Tensor::FromFloats({2}, std::vector<float>{10, std::numeric_limits<float>::infinity()});
  EXPECT_TRUE(RaiseForBias(weight, 1e-3, bias));
  EXPECT_EQ(weight.channels[1].scale, 0.25);
  EXPECT_NEAR(10 / (weight.channels[0].scale * 1e-3), 1 << 30, 1e3);
  EXPECT_FALSE(RaiseForBias(weight, 1e-2, bias));
}

// The code that the HTP's plugin gives to the largest of a bias that is held in steps of `scale`.
double PluginCode(float bias, double scale) {
  const Encoding stored = BiasEncoding(scale);
  const double largest = ValueOf(CodeOf(bias, stored), stored);
  return std::round(largest / static_cast<double>(static_cast<float>(largest / 0x1p31)));
}

TEST(RaiseForBatchNorm, KeepsTheLargestOfTheBiasInInt32) {
  int changed = 0;
  for (int i = 0; i < 300; ++i) {
    const Encoding first = AsymmetricEncoding(-1, 0.7 + 0.011 * i, 8);
    const double input_scale = AsymmetricEncoding(-0.4, 0.3 + 0.007 * i, 8).scale;
    const float largest = 1.7F + 0.01F * static_cast<float>(i);
    Encoding weight = first;
    RaiseForBatchNorm(weight, input_scale, std::vector<float>{-1.6F, largest, 0.5F});
    EXPECT_LE(PluginCode(largest, input_scale * weight.scale), 0x1p31 - 1) << i;
    EXPECT_NEAR(weight.scale, first.scale, 1e-3 * first.scale);
    EXPECT_EQ(weight.offset, first.offset);
    if (PluginCode(largest, input_scale * first.scale) > 0x1p31 - 1) ++changed;
  }
  EXPECT_GT(changed, 100);
}

TEST(RaiseForBatchNorm, LeavesScalesWhoseLargestBiasIsNegative) {
  const double scale = AsymmetricEncoding(-1, 0.7, 8).scale;
  for (float smallest = -1.7F; smallest > -3; smallest -= 0.1F) {
    Encoding weight = AsymmetricEncoding(-1, 0.7, 8);
    RaiseForBatchNorm(weight, 0.01, std::vector<float>{smallest, 1.6F});
    EXPECT_EQ(weight.scale, scale);
  }
  Encoding weight = AsymmetricEncoding(-1, 0.7, 8);
  RaiseForBatchNorm(weight, 0.01, {});
  EXPECT_EQ(weight.scale, scale);
}

}  // namespace
}  // namespace acc::quantize
