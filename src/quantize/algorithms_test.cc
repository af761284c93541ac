// SPDX-License-Identifier: BSD-3-Clause
#include "quantize/algorithms.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <set>
#include <string>

#include "quantize/encoding.h"

namespace acc::quantize {
namespace {

std::vector<float> Sample(int seed, int kind, std::size_t count = 4000) {
  std::mt19937 random(static_cast<unsigned>(seed));
  std::normal_distribution<double> normal(0.3, 1);
  std::vector<float> values(count);
  for (float& value : values) {
    const double x = normal(random);
    // Bell-shaped, long-tailed, and one-sided as after a Relu.
    value = static_cast<float>(kind == 0 ? x : kind == 1 ? x * x * x : std::max(x, 0.0));
  }
  return values;
}

// The search that FACTS 4.6 describes, without any short cut.
double CostOf(const Histogram& histogram, double scale, double offset, double steps) {
  double cost = 0;
  for (std::size_t bin = 0; bin < Histogram::kBins; ++bin) {
    const double x = histogram.Center(bin);
    const double low = scale * offset;
    const double high = scale * (offset + steps);
    const double nearest = std::clamp(std::nearbyint(x / scale), offset, offset + steps) * scale;
    const double weight = x < low || x > high ? 3.0 : 1.0;
    cost += weight * (x - nearest) * (x - nearest) * static_cast<double>(histogram.Count(bin));
  }
  return cost / static_cast<double>(histogram.total());
}

double DocumentedAsymmetricSearch(const Histogram& histogram, double min, double max,
                                  int bitwidth) {
  const auto steps = static_cast<double>(Steps(bitwidth));
  min = std::min(min, 0.0);
  max = std::max(max, 0.0);
  const double widest = (max - min) / steps;
  const double widest_offset = std::round(min / widest);
  double best = CostOf(histogram, widest, widest_offset, steps);
  const double observed_min = widest * widest_offset;
  const double observed_max = observed_min + widest * steps;
  for (int k = 1; k <= 17; ++k) {
    for (int i = 0; i <= 20; ++i) {
      const double scale = widest * k / 16;
      const double offset = std::round(-steps + steps * i / 20);
      const double low = std::max(observed_min, scale * offset);
      const double high = std::min(observed_max, scale * (offset + steps));
      const double delta = (high - low) / steps;
      best = std::min(best, CostOf(histogram, delta, std::round(low / delta), steps));
    }
  }
  return best;
}

double DocumentedSymmetricSearch(const Histogram& histogram, double min, double max, int bitwidth) {
  const auto steps = static_cast<double>(Steps(bitwidth));
  const double widest = std::max(std::abs(min), std::abs(max)) / std::floor(steps / 2);
  double best = std::numeric_limits<double>::infinity();
  for (int k = 1; k <= 101; ++k) {
    best = std::min(best, CostOf(histogram, widest * k / 100, -std::ceil(steps / 2), steps));
  }
  return best;
}

TEST(Enhanced, IsNeverWorseThanTheDocumentedSearch) {
  // A float32 scale instead of a double one moves the cost by parts in ten million.
  constexpr double kRounding = 1 + 1e-5;
  for (int seed = 0; seed < 6; ++seed) {
    for (int kind = 0; kind < 3; ++kind) {
      const std::vector<float> values = Sample(seed, kind);
      const auto [min, max] = std::minmax_element(values.begin(), values.end());
      Histogram histogram(*min, *max);
      histogram.Add(values);
      for (const int bitwidth : {4, 8}) {
        const AlgorithmInfo& enhanced = InfoOf(Algorithm::kEnhanced);
        const Encoding found = EncodingOfValues(values, enhanced, bitwidth, false);
        EXPECT_LE(EnhancedCost(histogram, found),
                  DocumentedAsymmetricSearch(histogram, *min, *max, bitwidth) * kRounding);
        const Encoding symmetric = EncodingOfValues(values, enhanced, bitwidth, true);
        EXPECT_LE(EnhancedCost(histogram, symmetric),
                  DocumentedSymmetricSearch(histogram, *min, *max, bitwidth) * kRounding);
        EXPECT_EQ(symmetric.offset, -Steps(bitwidth) / 2 - 1);
      }
    }
  }
}

TEST(Enhanced, ClipsALongTail) {
  std::vector<float> values = Sample(1, 0, 20000);
  values.push_back(40);
  const Encoding tf = EncodingOfValues(values, InfoOf(Algorithm::kTf), 4, false);
  const Encoding enhanced = EncodingOfValues(values, InfoOf(Algorithm::kEnhanced), 4, false);
  EXPECT_LT(enhanced.max, 0.8 * tf.max);
}

TEST(EnhancedCost, AgreesWithThePlainFormula) {
  const std::vector<float> values = Sample(5, 1);
  Histogram histogram(-3, 3);
  histogram.Add(values);
  const Encoding encoding = AsymmetricEncoding(-1, 2, 8);
  const double expected =
      CostOf(histogram, encoding.scale, static_cast<double>(encoding.offset), 255);
  EXPECT_NEAR(EnhancedCost(histogram, encoding), expected, 1e-9 * expected);
  EXPECT_NE(EnhancedCost(histogram, AsymmetricEncoding(-2, 2, 8)), expected);
}

TEST(Adjusted, ClipsNothingAndNoSmallerScaleWould) {
  std::mt19937 random(2);
  std::uniform_real_distribution<double> number(0.01, 5);
  for (int round = 0; round < 200; ++round) {
    const double min = -number(random);
    const double max = number(random);
    const Encoding encoding =
        InfoOf(Algorithm::kAdjusted).encode({.min = min, .max = max}, 8, false);
    EXPECT_LE(encoding.min, min * (1 - 1e-6));
    EXPECT_GE(encoding.max, max * (1 - 1e-6));
    double smallest = std::numeric_limits<double>::infinity();
    for (int zero = 1; zero < 255; ++zero) {
      smallest = std::min(smallest, std::max(-min / zero, max / (255 - zero)));
    }
    EXPECT_NEAR(encoding.scale, smallest, 1e-6 * smallest);
  }
}

TEST(Adjusted, OtherThanEightBitsIsTf) {
  const Observation observation{.min = -1, .max = 1.3};
  EXPECT_EQ(InfoOf(Algorithm::kAdjusted).encode(observation, 16, false).scale,
            InfoOf(Algorithm::kTf).encode(observation, 16, false).scale);
}

class EveryAlgorithm : public ::testing::TestWithParam<AlgorithmInfo> {};

TEST_P(EveryAlgorithm, HasADefinedAnswerForOddValues) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const std::vector<std::vector<float>> cases = {{},
                                                 {0},
                                                 {0, 0, 0},
                                                 {3},
                                                 {-3},
                                                 {1e-30F},
                                                 {kInfinity, 1},
                                                 {std::nanf("")},
                                                 {-1e38F, 3e38F},
                                                 {1, 2, 3},
                                                 {-1, -2, -3}};
  for (const std::vector<float>& values : cases) {
    for (const int bitwidth : {4, 8, 16}) {
      for (const bool symmetric : {false, true}) {
        const Encoding encoding = EncodingOfValues(values, GetParam(), bitwidth, symmetric);
        EXPECT_EQ(encoding.bitwidth, bitwidth);
        EXPECT_TRUE(std::isfinite(encoding.scale) && encoding.scale > 0);
        EXPECT_EQ(ValueOf(CodeOf(0, encoding), encoding), 0);
        EXPECT_GE(encoding.max - encoding.min, kMinWidth * 0.999);
        EXPECT_EQ(encoding.symmetric, symmetric || GetParam().symmetric);
        if (encoding.symmetric) {
          EXPECT_EQ(encoding.offset, -Steps(bitwidth) / 2 - 1);
        }
      }
    }
  }
}

TEST_P(EveryAlgorithm, DoesNotDependOnTheOrderOfValues) {
  std::vector<float> values = Sample(7, 1);
  const Encoding one = EncodingOfValues(values, GetParam(), 8, false);
  std::reverse(values.begin(), values.end());
  const Encoding other = EncodingOfValues(values, GetParam(), 8, false);
  EXPECT_EQ(one.scale, other.scale);
  EXPECT_EQ(one.offset, other.offset);
}

INSTANTIATE_TEST_SUITE_P(Algorithms, EveryAlgorithm,
                         ::testing::ValuesIn(Algorithms().begin(), Algorithms().end()),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Algorithms, NamesAreUniqueAndEveryAlgorithmHasARow) {
  std::set<std::string_view> names;
  for (const AlgorithmInfo& row : Algorithms()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_TRUE(row.summary.ends_with("."));
    EXPECT_EQ(&InfoOf(row.algorithm), &row);
  }
  EXPECT_EQ(names, (std::set<std::string_view>{"adjusted", "enhanced", "symmetric", "tf"}));
}

}  // namespace
}  // namespace acc::quantize
