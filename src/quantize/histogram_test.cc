// SPDX-License-Identifier: BSD-3-Clause
#include "quantize/histogram.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace acc::quantize {
namespace {

TEST(Histogram, CountsAsADirectSearchDoes) {
  std::mt19937 random(3);
  std::normal_distribution<float> number(1, 2);
  std::vector<float> values(5000);
  for (float& value : values) value = number(random);
  Histogram histogram(-4, 6);
  histogram.Add(values);
  std::vector<std::uint64_t> expected(Histogram::kBins);
  for (const float value : values) {
    const double width = 10.0 / Histogram::kBins;
    std::size_t bin = 0;
    while (bin + 1 < Histogram::kBins && value >= -4 + width * static_cast<double>(bin + 1)) ++bin;
    ++expected[bin];
  }
  for (std::size_t bin = 0; bin < Histogram::kBins; ++bin) {
    EXPECT_EQ(histogram.Count(bin), expected[bin]) << bin;
  }
  EXPECT_EQ(histogram.total(), values.size());
}

TEST(Histogram, EndsAndOutsidersCountInTheOuterBins) {
  Histogram histogram(-1, 1);
  histogram.Add(std::vector<float>{-1, -9, 1, 9});
  EXPECT_EQ(histogram.Count(0), 2u);
  EXPECT_EQ(histogram.Count(Histogram::kBins - 1), 2u);
}

TEST(Histogram, PassesOverWhatIsNotFinite) {
  Histogram histogram(0, 1);
  histogram.Add(std::vector<float>{std::nanf(""), std::numeric_limits<float>::infinity(), 0.5F});
  EXPECT_EQ(histogram.total(), 1u);
}

TEST(Histogram, ARangeWithoutWidthWorks) {
  Histogram histogram(3, 3);
  histogram.Add(std::vector<float>{3, 3});
  EXPECT_EQ(histogram.Count(0), 2u);
  EXPECT_NEAR(histogram.Center(0), 3, 1e-6);
}

}  // namespace
}  // namespace acc::quantize
