// SPDX-License-Identifier: BSD-3-Clause
#include "quantize/encoding_comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "quantize/encoding.h"

namespace acc::quantize {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> Names(const EncodingFields& fields) {
  std::vector<std::string> names;
  for (std::size_t field = 0; field < kEncodingFields; ++field) {
    if (fields.Has(static_cast<EncodingField>(field))) {
      names.emplace_back(Name(static_cast<EncodingField>(field)));
    }
  }
  return names;
}

TensorEncoding PerTensor(const Encoding& encoding) {
  TensorEncoding tensor;
  tensor.channels = {encoding};
  return tensor;
}

TensorEncoding PerChannel(std::vector<double> scales, int axis) {
  TensorEncoding tensor;
  for (const double scale : scales) {
    tensor.channels.push_back(EncodingFromScale(scale, -128, 8, true));
  }
  tensor.axis = axis;
  return tensor;
}

TensorEncoding Float(int bitwidth) {
  TensorEncoding tensor;
  tensor.is_float = true;
  tensor.channels = {{.bitwidth = bitwidth}};
  return tensor;
}

std::vector<std::string> Differing(const TensorEncoding& first, const TensorEncoding& second,
                                   const ComparisonRules& rules = {}) {
  return Names(Compare(first, second, rules).differing);
}

TEST(NormalizedTest, ScalesAreFloat32) {
  // 0.1 as AIMET's float64 and as a DLC's float32: one encoding in two spellings.
  const Encoding aimet = Normalized({.min = -1.2, .max = 24.3, .scale = 0.1, .offset = -12});
  const Encoding dlc =
      Normalized({.min = 0, .max = 0, .scale = static_cast<double>(0.1F), .offset = -12});
  EXPECT_EQ(aimet.scale, dlc.scale);
  EXPECT_EQ(aimet.min, dlc.min);
  EXPECT_EQ(aimet.max, dlc.max);
  EXPECT_THAT(Differing(PerTensor(aimet), PerTensor(dlc)), IsEmpty());
}

TEST(NormalizedTest, SymmetricIsWhoseZeroIsTheMiddleCode) {
  EXPECT_TRUE(Normalized({.bitwidth = 4, .scale = 1, .offset = -8}).symmetric);
  EXPECT_FALSE(Normalized({.scale = 1, .offset = -127, .symmetric = true}).symmetric);
}

TEST(NormalizedTest, WithoutAScaleMinAndMaxCount) {
  const Encoding encoding = Normalized({.min = -1, .max = 1, .scale = 0, .offset = 0});
  EXPECT_NEAR(encoding.scale, 2.0 / 255, 1e-8);
  EXPECT_EQ(encoding.offset, -128);
}

TEST(CompareTest, NamesEachFieldThatDiffers) {
  const TensorEncoding first = PerTensor(EncodingFromScale(0.5, -10, 8, false));
  EXPECT_THAT(Differing(first, first), IsEmpty());
  EXPECT_THAT(Differing(first, PerTensor(EncodingFromScale(0.25, -10, 8, false))),
              ElementsAre("min", "max", "scale"));
  EXPECT_THAT(Differing(first, PerTensor(EncodingFromScale(0.5, -11, 8, false))),
              ElementsAre("min", "max", "offset"));
  EXPECT_THAT(Differing(first, PerTensor(EncodingFromScale(0.5, -10, 16, false))),
              ElementsAre("bitwidth", "max"));
  EXPECT_THAT(Differing(first, PerTensor(EncodingFromScale(0.5, -128, 8, true))),
              ElementsAre("min", "max", "offset", "symmetric"));
}

TEST(CompareTest, DecimalsAllowHalfAUnitOfTheLast) {
  const TensorEncoding first = PerTensor({.min = 0, .max = 1, .scale = 0.001});
  const TensorEncoding second = PerTensor({.min = 0, .max = 1, .scale = 0.00104});
  EXPECT_THAT(Differing(first, second, {.decimals = 4}), IsEmpty());
  EXPECT_THAT(Differing(first, second, {.decimals = 5}), ElementsAre("scale"));
  EXPECT_THAT(Differing(first, PerTensor({.min = 0, .max = 1.49, .scale = 0.001}), {.decimals = 0}),
              IsEmpty());
}

TEST(CompareTest, SeventeenDecimalsMeanTheSameNumber) {
  const TensorEncoding first = PerTensor({.scale = 1e-18});
  const TensorEncoding second = PerTensor({.scale = 2e-18});
  EXPECT_THAT(Differing(first, second, {.decimals = 16}), IsEmpty());
  EXPECT_THAT(Differing(first, second), ElementsAre("scale"));
}

TEST(CompareTest, ChannelsAreComparedOneByOne) {
  const TensorEncoding first = PerChannel({1, 2, 3}, 3);
  const TensorEncoding second = PerChannel({1, 2.5, 3}, 0);
  const EncodingDifference difference = Compare(first, second, {});
  ASSERT_EQ(difference.channels.size(), 3U);
  EXPECT_THAT(Names(difference.channels[0].differing), IsEmpty());
  EXPECT_THAT(Names(difference.channels[1].differing), ElementsAre("min", "max", "scale"));
  EXPECT_EQ(difference.channels[1].second->scale, 2.5);
  EXPECT_THAT(Differing(first, first, {.compare_axis = true}), IsEmpty());
  EXPECT_THAT(Differing(first, PerChannel({1, 2, 3}, 0), {.compare_axis = true}),
              ElementsAre("axis"));
}

TEST(CompareTest, OneEncodingStandsBesideEachChannel) {
  const TensorEncoding one = PerTensor(EncodingFromScale(2, -128, 8, true));
  const TensorEncoding three = PerChannel({1, 2, 3}, 0);
  const EncodingDifference difference = Compare(three, one, {});
  ASSERT_EQ(difference.channels.size(), 3U);
  EXPECT_EQ(difference.channels[2].second, one.channels.data());
  EXPECT_TRUE(difference.differing.Has(EncodingField::kChannels));
  EXPECT_TRUE(difference.channels[1].differing.empty());
}

TEST(CompareTest, ChannelsOfOneSideOnlyHaveNoTwin) {
  const TensorEncoding two = PerChannel({1, 2}, 0);
  const TensorEncoding three = PerChannel({1, 2, 3}, 0);
  const EncodingDifference difference = Compare(two, three, {});
  ASSERT_EQ(difference.channels.size(), 3U);
  EXPECT_EQ(difference.channels[2].first, nullptr);
  EXPECT_NE(difference.channels[2].second, nullptr);
  EXPECT_THAT(Names(difference.differing), ElementsAre("channels"));
}

TEST(CompareTest, FloatEncodingsHaveABitwidthOnly) {
  EXPECT_THAT(Differing(Float(16), Float(16)), IsEmpty());
  EXPECT_THAT(Differing(Float(16), Float(32)), ElementsAre("bitwidth"));
  EXPECT_THAT(Differing(Float(16), PerTensor(EncodingFromScale(1, 0, 16, false))),
              ElementsAre("data type"));
  EXPECT_THAT(Differing(PerChannel({1, 2}, 0), Float(32)), ElementsAre("data type", "bitwidth"));
}

}  // namespace
}  // namespace acc::quantize
