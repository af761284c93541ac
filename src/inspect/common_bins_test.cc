// SPDX-License-Identifier: BSD-3-Clause
#include "inspect/common_bins.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace acc::inspect {
namespace {

using testing::ElementsAre;

Histogram HistogramOf(const std::vector<float>& values) {
  if (values.empty()) return {};
  const auto [min, max] = std::minmax_element(values.begin(), values.end());
  Histogram histogram;
  histogram.Add(values, *min, *max);
  return histogram;
}

// Counts by comparing every value with the two edges of its bin.
void ExpectExact(const Histogram& histogram, const std::vector<float>& values) {
  std::vector<std::uint64_t> counts(histogram.counts().size());
  for (const float value : values) {
    std::size_t found = 0;
    for (std::size_t bin = 0; bin < counts.size(); ++bin) {
      const double low = static_cast<double>(histogram.first() + static_cast<std::int64_t>(bin)) *
                         histogram.width();
      if (low <= value && value < low + histogram.width()) {
        ++counts[bin];
        ++found;
      }
    }
    ASSERT_EQ(found, 1U) << value;
  }
  EXPECT_TRUE(std::ranges::equal(histogram.counts(), counts));
}

void ExpectSame(const Histogram& a, const Histogram& b) {
  EXPECT_EQ(a.width(), b.width());
  EXPECT_EQ(a.first(), b.first());
  EXPECT_TRUE(std::ranges::equal(a.counts(), b.counts()));
}

std::vector<float> Normal(std::size_t count, float mean, float deviation, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::normal_distribution<float> value(mean, deviation);
  std::vector<float> values(count);
  std::ranges::generate(values, [&] { return value(random); });
  return values;
}

constexpr float kMax = std::numeric_limits<float>::max();
constexpr float kDenormal = std::numeric_limits<float>::denorm_min();

TEST(HistogramTest, CountsEveryValueInTheBinThatHoldsIt) {
  for (const std::vector<float>& values :
       {Normal(500, 0, 1), Normal(500, 1000, 0.01F), Normal(500, -3, 1e-20F),
        std::vector<float>{-1, -0.5F, -0.0F, 0, 0.5F, 1}, std::vector<float>{-kMax, 0, kMax},
        std::vector<float>{kDenormal, -kDenormal, 3 * kDenormal},
        std::vector<float>{-kDenormal, 1, kMax}, std::vector<float>{-kDenormal, 2000}}) {
    ExpectExact(HistogramOf(values), values);
  }
}

TEST(HistogramTest, UsesMoreThanHalfOfTheBins) {
  const Histogram histogram = HistogramOf(Normal(1000, 0, 1));
  EXPECT_GE(histogram.counts().size(), Histogram::kUsualBins / 2);
  EXPECT_LE(histogram.counts().size(), Histogram::kUsualBins);
}

TEST(HistogramTest, OneValueTakesOneBin) {
  for (const float value : {0.0F, 1.0F, -kMax, kDenormal}) {
    const Histogram histogram = HistogramOf({value, value, value});
    EXPECT_THAT(histogram.counts(), ElementsAre(3));
    EXPECT_LE(static_cast<double>(histogram.first()) * histogram.width(), value);
    EXPECT_GT(static_cast<double>(histogram.first()) * histogram.width() + histogram.width(),
              value);
  }
}

TEST(HistogramTest, MergingIsCountingTogether) {
  std::vector<float> all;
  Histogram merged;
  unsigned seed = 0;
  for (const auto& [mean, deviation] : {std::pair{0.0F, 1.0F},
                                        {500.0F, 1e-3F},
                                        {-2.0F, 1e5F},
                                        {0.0F, 1e-30F},
                                        {1e30F, 1e29F},
                                        {0.0F, 1e-40F}}) {
    const std::vector<float> values = Normal(300, mean, deviation, ++seed);
    all.insert(all.end(), values.begin(), values.end());
    merged.Merge(HistogramOf(values));
    ExpectSame(merged, HistogramOf(all));
  }
  Histogram backwards;
  for (std::size_t end = all.size(); end > 0; end -= 300) {
    backwards.Merge(HistogramOf({all.begin() + static_cast<std::ptrdiff_t>(end - 300),
                                 all.begin() + static_cast<std::ptrdiff_t>(end)}));
  }
  ExpectSame(backwards, merged);
}

TEST(HistogramTest, AMissedElementShows) {
  const std::vector<float> values = Normal(100, 0, 1);
  const Histogram whole = HistogramOf(values);
  Histogram part;
  part.Add({values.data(), 99}, whole.min(), whole.max());
  EXPECT_FALSE(std::ranges::equal(whole.counts(), part.counts()));
}

std::vector<std::uint64_t> CountBetweenEdges(const CommonBins& bins,
                                             const std::vector<float>& values) {
  std::vector<std::uint64_t> counts(bins.golden.size());
  for (std::size_t bin = 0; bin < counts.size(); ++bin) {
    counts[bin] = static_cast<std::uint64_t>(std::ranges::count_if(
        values, [&](float v) { return bins.edges[bin] <= v && v < bins.edges[bin + 1]; }));
  }
  return counts;
}

TEST(CommonBinsTest, AreExactForBothSides) {
  const std::vector<float> golden = Normal(2000, 0, 1);
  for (const std::vector<float>& target :
       {Normal(2000, 0.1F, 1.2F, 2), Normal(2000, 50, 1, 3), Normal(2000, 0, 1e-10F, 4)}) {
    for (const std::size_t most : {2U, 7U, 200U, 5000U}) {
      const CommonBins bins = BinTogether(HistogramOf(golden), HistogramOf(target), most);
      EXPECT_LE(bins.golden.size(), most);
      EXPECT_EQ(bins.golden, CountBetweenEdges(bins, golden));
      EXPECT_EQ(bins.target, CountBetweenEdges(bins, target));
    }
  }
}

TEST(CommonBinsTest, StepsMakeNoComb) {
  std::vector<float> golden;
  std::vector<float> target;
  constexpr double kStep = 0.0173;
  for (int code = -100; code < 155; ++code) {
    target.push_back(static_cast<float>(code * kStep));
    golden.push_back(static_cast<float>(code * kStep + 0.004));
  }
  const Histogram golden_histogram = HistogramOf(golden);
  const Histogram target_histogram = HistogramOf(target);
  for (const std::size_t most : {20U, 128U, 160U, 300U}) {
    const CommonBins bins = BinTogether(golden_histogram, target_histogram, most, kStep);
    EXPECT_LE(bins.target.size(), most);
    EXPECT_EQ(bins.golden, CountBetweenEdges(bins, golden));
    EXPECT_EQ(bins.target, CountBetweenEdges(bins, target));
    const std::span<const std::uint64_t> inner(bins.target.data() + 1, bins.target.size() - 2);
    EXPECT_THAT(inner, testing::Each(inner.front())) << most;
    EXPECT_EQ(bins.steps, static_cast<int>(inner.front()));
  }
  // Without it they do.
  const CommonBins plain = BinTogether(golden_histogram, target_histogram, 160);
  EXPECT_NE(*std::ranges::min_element(plain.target), *std::ranges::max_element(plain.target));
}

TEST(CommonBinsTest, StepsThatCannotBeFollowedAreNot) {
  const std::vector<float> values = Normal(1000, 0, 1);
  for (const double step : {1e-9, 1e9, std::nan("")}) {
    const CommonBins bins = BinTogether(HistogramOf(values), HistogramOf(values), 100, step);
    EXPECT_EQ(bins.target, CountBetweenEdges(bins, values));
    EXPECT_LE(bins.target.size(), 100U);
  }
}

TEST(CommonBinsTest, OneSideMayBeEmpty) {
  const CommonBins bins = BinTogether(HistogramOf({1, 2, 3}), Histogram(), 10);
  EXPECT_EQ(bins.golden.size(), bins.target.size());
  EXPECT_THAT(bins.target, testing::Each(0));
  EXPECT_TRUE(BinTogether(Histogram(), Histogram(), 10).golden.empty());
}

double ShareBelow(const std::vector<float>& values, double x) {
  const auto below = std::ranges::count_if(values, [&](float value) { return value < x; });
  return static_cast<double>(below) / static_cast<double>(values.size());
}

TEST(CumulativeSharesTest, AreExactAtEveryPoint) {
  const std::vector<float> golden = Normal(5000, 0, 1);
  std::vector<float> target = Normal(4000, 0, 1, 2);
  target.insert(target.end(), 1000, 0.25F);
  const auto points = CumulativeShares(HistogramOf(golden), HistogramOf(target), 100);
  EXPECT_LE(points.size(), 310U);
  for (const CdfPoint& point : points) {
    EXPECT_EQ(point.golden, ShareBelow(golden, point.x));
    EXPECT_EQ(point.target, ShareBelow(target, point.x));
  }
  EXPECT_EQ(points.front().golden, 0);
  EXPECT_EQ(points.back().golden, 1);
  EXPECT_EQ(points.back().target, 1);
}

TEST(CumulativeSharesTest, AnOutlierDoesNotHideTheRest) {
  std::vector<float> values = Normal(10000, 0, 1);
  values.push_back(500);
  const auto points = CumulativeShares(HistogramOf(values), Histogram(), 200);
  const auto inside = std::ranges::count_if(points, [](const CdfPoint& p) { return p.x < 5; });
  EXPECT_GT(inside, 25);
  EXPECT_TRUE(std::isnan(points.back().target));
}

}  // namespace
}  // namespace acc::inspect
