// SPDX-License-Identifier: BSD-3-Clause
#include "tensor/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <vector>

namespace acc {
namespace {

constexpr float kLargest = std::numeric_limits<float>::max();
constexpr float kSmallest = std::numeric_limits<float>::denorm_min();

std::vector<float> Normal(std::size_t count, float mean, float deviation) {
  std::mt19937 random(1);
  std::normal_distribution<float> value(mean, deviation);
  std::vector<float> values(count);
  std::ranges::generate(values, [&] { return value(random); });
  return values;
}

std::vector<std::vector<float>> Samples() {
  return {Normal(800, 0, 1),
          Normal(800, 1000, 0.01F),
          Normal(800, -3, 1e-20F),
          {-1, -0.5F, -0.0F, 0, 0.5F, 1},
          {-kLargest, 0, kLargest},
          {kSmallest, -kSmallest, 3 * kSmallest},
          {-kSmallest, 1, kLargest},
          {0},
          {0, 0, 0, 7},
          {-kSmallest, 2000},
          {5, 5, 5}};
}

Histogram Of(std::span<const float> values, std::size_t most_bins = Histogram::kUsualBins) {
  Histogram histogram(most_bins);
  histogram.Add(values);
  return histogram;
}

void ExpectSame(const Histogram& a, const Histogram& b) {
  EXPECT_EQ(a.width(), b.width());
  EXPECT_EQ(a.first(), b.first());
  EXPECT_EQ(a.min(), b.min());
  EXPECT_EQ(a.max(), b.max());
  EXPECT_EQ(a.zeros(), b.zeros());
  EXPECT_EQ(a.total(), b.total());
  EXPECT_TRUE(std::ranges::equal(a.counts(), b.counts()));
}

TEST(Histogram, EveryValueIsInTheBinWhoseEdgesHoldIt) {
  for (const std::vector<float>& values : Samples()) {
    const Histogram histogram = Of(values);
    ASSERT_LE(histogram.counts().size(), histogram.most_bins());
    std::uint64_t total = 0;
    for (std::size_t bin = 0; bin < histogram.counts().size(); ++bin) {
      const double low = static_cast<double>(histogram.first() + static_cast<std::int64_t>(bin)) *
                         histogram.width();
      const auto inside = std::ranges::count_if(
          values, [&](float value) { return low <= value && value < low + histogram.width(); });
      ASSERT_EQ(histogram.counts()[bin], static_cast<std::uint64_t>(inside)) << low;
      total += histogram.counts()[bin];
    }
    EXPECT_EQ(total, values.size());
    EXPECT_EQ(histogram.total(), values.size());
    EXPECT_EQ(histogram.zeros(), static_cast<std::uint64_t>(std::ranges::count(values, 0)));
    EXPECT_GT(histogram.counts().front(), 0U);
    EXPECT_GT(histogram.counts().back(), 0U);
  }
}

TEST(Histogram, BinsAreAsNarrowAsTheirNumberAllows) {
  const Histogram histogram = Of(Normal(1000, 0, 1));
  EXPECT_GE(histogram.counts().size(), histogram.most_bins() / 2);
}

TEST(Histogram, NeitherOrderNorDivisionMatters) {
  for (std::vector<float> values : Samples()) {
    const Histogram whole = Of(values);
    std::mt19937 random(9);
    std::ranges::shuffle(values, random);
    Histogram added;
    Histogram merged;
    for (std::size_t first = 0; first < values.size(); first += 7) {
      const auto part =
          std::span(values).subspan(first, std::min<std::size_t>(7, values.size() - first));
      added.Add(part);
      merged.Merge(Of(part));
    }
    ExpectSame(added, whole);
    ExpectSame(merged, whole);
  }
}

TEST(Histogram, GrowsFromVeryNarrowToVeryWide) {
  std::vector<float> values;
  Histogram histogram(4);
  for (float value = kSmallest; value < kLargest / 8; value *= 8) {
    values.insert(values.end(), {value, -value});
    histogram.Add(std::vector<float>{value});
    histogram.Add(std::vector<float>{-value});
  }
  ExpectSame(histogram, Of(values, 4));
}

TEST(Histogram, NothingIsEmpty) {
  Histogram histogram;
  histogram.Add(std::vector<float>{});
  histogram.Merge(Histogram());
  EXPECT_TRUE(histogram.empty());
  EXPECT_TRUE(histogram.counts().empty());
  EXPECT_EQ(histogram.min(), 0);
  EXPECT_EQ(histogram.max(), 0);
}

}  // namespace
}  // namespace acc
