// SPDX-License-Identifier: BSD-3-Clause
#include "quantize/value_density.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "quantize/encoding.h"
#include "tensor/codes.h"

namespace acc::quantize {
namespace {

Histogram Of(const std::vector<float>& values, std::size_t bins = Histogram::kUsualBins) {
  Histogram histogram(bins);
  histogram.Add(values);
  return histogram;
}

std::vector<float> Normal(std::size_t count, bool relu = false) {
  std::mt19937 random(4);
  std::normal_distribution<float> value(0.2F, 1);
  std::vector<float> values(count);
  for (float& x : values) x = relu ? std::max(value(random), 0.0F) : value(random);
  return values;
}

double SquaredError(double value, const Encoding& encoding, double clipping_weight) {
  const double error = value - ValueOf(CodeOf(value, encoding), encoding);
  const bool clipped = value < encoding.min || value > encoding.max;
  return (clipped ? clipping_weight : 1) * error * error;
}

double PlainError(const std::vector<float>& values, const Encoding& encoding, double weight) {
  double sum = 0;
  for (const float value : values) sum += SquaredError(value, encoding, weight);
  return sum / static_cast<double>(values.size());
}

TEST(ValueDensity, ErrorIsTheMeanOverManyPointsOfEachBin) {
  const std::vector<float> values = {-2.5F, -1, -0.9F, 0, 0, 0, 0.3F, 0.31F, 4};
  const Histogram histogram = Of(values, 16);
  for (const Encoding& encoding : {AsymmetricEncoding(-2.5, 4, 4), AsymmetricEncoding(-1, 2, 4),
                                   SymmetricEncoding(-1, 1, 8), AsymmetricEncoding(-2.5, 4, 16)}) {
    for (const double weight : {1.0, 3.0}) {
      double sum = 0;
      for (std::size_t bin = 0; bin < histogram.counts().size(); ++bin) {
        const std::int64_t number = histogram.first() + static_cast<std::int64_t>(bin);
        auto count = static_cast<double>(histogram.counts()[bin]);
        if (number == 0) count -= static_cast<double>(histogram.zeros());
        const double edge = static_cast<double>(number) * histogram.width();
        const double low = std::max<double>(edge, histogram.min());
        const double high = std::min<double>(edge + histogram.width(), histogram.max());
        constexpr int kPoints = 100000;
        double error = 0;
        for (int i = 0; count > 0 && i < kPoints; ++i) {
          error += SquaredError(low + (high - low) * (i + 0.5) / kPoints, encoding, weight);
        }
        sum += count * error / kPoints;
      }
      const double expected = sum / static_cast<double>(values.size());
      EXPECT_NEAR(ValueDensity(histogram).MeanSquaredError(encoding, weight), expected,
                  1e-6 * expected);
    }
  }
}

TEST(ValueDensity, ErrorIsNearThatOfTheValuesThemselves) {
  for (const bool relu : {false, true}) {
    const std::vector<float> values = Normal(200000, relu);
    const Histogram histogram = Of(values);
    const ValueDensity density(histogram);
    for (const int bitwidth : {4, 8, 16}) {
      for (const double end : {1.0, 2.0, 3.0, 6.0}) {
        const Encoding encoding = AsymmetricEncoding(-end, end, bitwidth);
        const double expected = PlainError(values, encoding, 3);
        EXPECT_NEAR(density.MeanSquaredError(encoding, 3), expected, 0.01 * expected);
      }
    }
    double square = 0;
    for (const float value : values) square += double{value} * value;
    square /= static_cast<double>(values.size());
    EXPECT_NEAR(density.MeanSquare(), square, 1e-4 * square);
  }
}

TEST(ValueDensity, ValuesAtHandAreTakenAsTheyAre) {
  for (const bool relu : {false, true}) {
    std::vector<float> values = Normal(300, relu);
    const Histogram histogram = Of(values, 16);
    const ValueDensity density(histogram, values);
    const Encoding encoding = AsymmetricEncoding(-1, 2, 8);
    const double expected = PlainError(values, encoding, 3);
    EXPECT_NEAR(density.MeanSquaredError(encoding, 3), expected, 1e-9 * expected);
    std::ranges::reverse(values);
    EXPECT_EQ(ValueDensity(histogram, values).MeanSquaredError(encoding, 3),
              density.MeanSquaredError(encoding, 3));
    std::ranges::sort(values);
    for (std::size_t rank = 0; rank < values.size(); ++rank) {
      EXPECT_EQ(density.ValueAt(rank), values[rank]);
    }
  }
}

TEST(ValueDensity, ZerosAndASingleValueHaveNoWidth) {
  const Encoding encoding = AsymmetricEncoding(-1, 1, 8);
  EXPECT_EQ(ValueDensity(Of({0, 0})).MeanSquaredError(encoding), 0);
  EXPECT_NEAR(ValueDensity(Of({3, 3})).MeanSquaredError(encoding, 3),
              3 * std::pow(3 - encoding.max, 2), 1e-9);
  EXPECT_EQ(ValueDensity(Of({3, 3})).MeanSquare(), 9);
  const Histogram nothing;
  EXPECT_EQ(ValueDensity(nothing).MeanSquaredError(encoding), 0);
  EXPECT_EQ(ValueDensity(nothing).MeanSquare(), 0);
}

TEST(ValueDensity, RanksAreWithinABinOfTheSortedValues) {
  for (const bool relu : {false, true}) {
    std::vector<float> values = Normal(5000, relu);
    const Histogram histogram = Of(values);
    std::ranges::sort(values);
    const ValueDensity density(histogram);
    EXPECT_EQ(density.ValueAt(0), values.front());
    EXPECT_EQ(density.ValueAt(values.size() - 1), values.back());
    double last = values.front();
    for (std::size_t rank = 0; rank < values.size(); ++rank) {
      EXPECT_NEAR(density.ValueAt(rank), values[rank], histogram.width());
      EXPECT_GE(density.ValueAt(rank), last);
      last = density.ValueAt(rank);
      if (values[rank] == 0) {
        EXPECT_EQ(last, 0);
      }
    }
  }
}

}  // namespace
}  // namespace acc::quantize
