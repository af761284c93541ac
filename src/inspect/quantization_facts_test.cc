// SPDX-License-Identifier: BSD-3-Clause
#include "inspect/quantization_facts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "tensor/codes.h"

namespace acc::inspect {
namespace {

std::vector<float> SomeValues(std::size_t count) {
  std::mt19937 random(3);
  std::normal_distribution<float> normal(0.1F, 2);
  std::vector<float> values(count);
  for (float& value : values) value = normal(random);
  return values;
}

// Slow and obvious, by tensor/codes.h.
QuantizationFacts SlowFacts(const std::vector<float>& values, const Shape& dims,
                            const TensorEncoding& encoding) {
  const ChannelLayout layout = LayoutOf(dims, encoding.axis);
  QuantizationFacts facts{.min = 1e30, .max = -1e30, .max_difference = 0, .signal = 0, .noise = 0};
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Encoding& channel = encoding.channels[(i / layout.inner) % layout.channels];
    const double quantized = ValueOf(CodeOf(values[i], channel), channel);
    facts.min = std::min(facts.min, quantized);
    facts.max = std::max(facts.max, quantized);
    facts.max_difference = std::max(facts.max_difference, std::abs(values[i] - quantized));
    facts.signal += static_cast<double>(values[i]) * values[i];
    facts.noise += (values[i] - quantized) * (values[i] - quantized);
  }
  return facts;
}

void ExpectEqual(const QuantizationFacts& facts, const QuantizationFacts& slow) {
  EXPECT_EQ(facts.min, slow.min);
  EXPECT_EQ(facts.max, slow.max);
  EXPECT_EQ(facts.max_difference, slow.max_difference);
  EXPECT_NEAR(facts.signal, slow.signal, 1e-9 * slow.signal);
  EXPECT_NEAR(facts.noise, slow.noise, 1e-9 * slow.noise);
}

TEST(QuantizationFacts, AgreeWithTheSlowWay) {
  const auto values = SomeValues(1003);
  for (const int bitwidth : {4, 8, 16}) {
    const TensorEncoding encoding{
        .channels = {
            EncodingFromScale(8.0 / Steps(bitwidth), -Steps(bitwidth) / 2, bitwidth, false)}};
    ExpectEqual(FactsOf(values, {1003}, encoding, false), SlowFacts(values, {1003}, encoding));
  }
}

TEST(QuantizationFacts, AgreePerChannelOfAnyAxis) {
  const auto values = SomeValues(3 * 5 * 7);
  for (const int axis : {0, 1, 2}) {
    TensorEncoding encoding{.axis = axis};
    const Shape dims = {3, 5, 7};
    for (int channel = 0; channel < dims[static_cast<std::size_t>(axis)]; ++channel) {
      encoding.channels.push_back(EncodingFromScale(0.01 * (channel + 1), -128, 8, true));
    }
    ExpectEqual(FactsOf(values, dims, encoding, false), SlowFacts(values, dims, encoding));
  }
}

TEST(QuantizationFacts, RoundTiesToEven) {
  const std::vector<float> values = {0.5F, 1.5F, 2.5F, -0.5F, -1.5F};
  const TensorEncoding encoding{.channels = {EncodingFromScale(1, -128, 8, true)}};
  ExpectEqual(FactsOf(values, {5}, encoding, false), SlowFacts(values, {5}, encoding));
}

TEST(QuantizationFacts, RangeAloneGivesTheSameEnds) {
  const auto values = SomeValues(500);
  const TensorEncoding encoding{.channels = {EncodingFromScale(0.02, -100, 8, false)}};
  const auto all = FactsOf(values, {500}, encoding, false);
  const auto range = RangeFacts(FactsOf(values, {}), encoding.channels.front());
  EXPECT_EQ(range.min, all.min);
  EXPECT_EQ(range.max, all.max);
  EXPECT_TRUE(std::isnan(range.noise));
}

TEST(QuantizationFacts, EntropyOfEvenCodes) {
  std::vector<float> values;
  for (int i = 0; i < 4096; ++i) values.push_back(static_cast<float>(i % 256) - 128);
  const TensorEncoding encoding{.channels = {EncodingFromScale(1, -128, 8, true)}};
  EXPECT_NEAR(FactsOf(values, {4096}, encoding, true).code_entropy, 8, 1e-12);
  const std::vector<float> constant(10, 1.0F);
  EXPECT_EQ(FactsOf(constant, {10}, encoding, true).code_entropy, 0);
}

TEST(QuantizationFacts, EntropyOf32BitCodes) {
  const std::vector<float> values = {1, 2, 3, 4};
  const TensorEncoding encoding{
      .channels = {EncodingFromScale(1e-6, -(std::int64_t{1} << 31), 32, true)}};
  EXPECT_NEAR(FactsOf(values, {4}, encoding, true).code_entropy, 2, 1e-12);
}

TEST(QuantizationFacts, LeaveOutWhatIsNotFinite) {
  const std::vector<float> values = {1, NAN, -INFINITY, 2};
  const TensorEncoding encoding{.channels = {EncodingFromScale(1, -128, 8, true)}};
  const auto facts = FactsOf(values, {4}, encoding, true);
  EXPECT_EQ(facts.signal, 5);
  EXPECT_EQ(facts.noise, 0);
  EXPECT_TRUE(std::isinf(facts.sqnr_db()));
  EXPECT_TRUE(std::isnan(FactsOf(std::vector<float>{NAN}, {1}, encoding, true).min));
}

}  // namespace
}  // namespace acc::inspect
