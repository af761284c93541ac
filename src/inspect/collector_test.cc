// SPDX-License-Identifier: BSD-3-Clause
#include "inspect/collector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <random>

#include "base/threads.h"
#include "tensor/pair_reader.h"

namespace acc::inspect {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNotANumber = std::numeric_limits<float>::quiet_NaN();
constexpr float kMax = std::numeric_limits<float>::max();
constexpr float kDenormal = std::numeric_limits<float>::denorm_min();

struct Pair {
  std::vector<float> golden;
  std::vector<float> target;
};

Pair RandomPair(std::size_t count, float mean = 0.5F) {
  std::mt19937 random(static_cast<unsigned>(count));
  std::normal_distribution<float> value(0, 2);
  Pair pair;
  for (std::size_t index = 0; index < count; ++index) {
    pair.golden.push_back(mean + value(random));
    pair.target.push_back(pair.golden.back() + 0.1F * value(random));
  }
  return pair;
}

std::vector<std::size_t> ChunksOf(const Pair& pair) {
  std::vector<std::size_t> chunks;
  for (std::size_t first = 0; first < pair.golden.size(); first += kChunkElements) {
    chunks.push_back(first);
  }
  return chunks;
}

void VisitChunk(const Pair& pair, std::size_t first, PairCollector* collector) {
  const std::size_t size = std::min<std::size_t>(kChunkElements, pair.golden.size() - first);
  collector->Visit(first, std::span(pair.golden).subspan(first, size),
                   std::span(pair.target).subspan(first, size));
}

PairStatistics Inspect(const Pair& pair, const CollectorOptions& options = {}) {
  PairCollector collector(options);
  collector.Start(pair.golden.size());
  for (const std::size_t first : ChunksOf(pair)) VisitChunk(pair, first, &collector);
  return collector.Finish();
}

// One side by plain loops in long double.
void ExpectSide(const SideStatistics& side, const std::vector<float>& values) {
  std::vector<long double> finite;
  std::uint64_t nan = 0;
  for (const float value : values) {
    nan += std::isnan(value) ? 1 : 0;
    if (std::isfinite(value)) finite.push_back(value);
  }
  EXPECT_EQ(side.count, values.size());
  EXPECT_EQ(side.nan, nan);
  EXPECT_EQ(side.inf, values.size() - nan - finite.size());
  EXPECT_EQ(side.zeros, std::ranges::count(finite, 0));
  EXPECT_EQ(side.finite(), finite.size());
  if (finite.empty()) {
    EXPECT_TRUE(std::isnan(side.min) && std::isnan(side.max) && std::isnan(side.mean()));
    EXPECT_TRUE(side.histogram.empty());
    return;
  }
  EXPECT_EQ(side.min, *std::ranges::min_element(finite));
  EXPECT_EQ(side.max, *std::ranges::max_element(finite));
  const auto count = static_cast<long double>(finite.size());
  const long double mean = std::accumulate(finite.begin(), finite.end(), 0.0L) / count;
  long double squares = 0;
  long double largest = 0;
  for (const long double value : finite) {
    squares += (value - mean) * (value - mean);
    largest = std::max(largest, std::abs(value));
  }
  EXPECT_NEAR(side.mean(), static_cast<double>(mean), 1e-13 * static_cast<double>(largest));
  const auto variance = static_cast<double>(squares / count);
  EXPECT_NEAR(side.moments.variance(), variance, 1e-9 * variance);
  const auto counts = side.histogram.counts();
  EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}), finite.size());
}

void ExpectDifference(const DifferenceStatistics& difference, const Pair& pair) {
  std::vector<double> values;
  for (std::size_t i = 0; i < pair.golden.size(); ++i) {
    const double value = static_cast<double>(pair.target[i]) - pair.golden[i];
    if (std::isfinite(value)) values.push_back(value);
  }
  ASSERT_EQ(difference.moments.count, values.size());
  if (values.empty()) {
    EXPECT_TRUE(std::isnan(difference.min) && std::isnan(difference.rms()));
    return;
  }
  long double sum = 0;
  long double squares = 0;
  for (const double value : values) {
    sum += value;
    squares += static_cast<long double>(value) * value;
  }
  const auto count = static_cast<long double>(values.size());
  const auto rms = static_cast<double>(std::sqrt(squares / count));
  EXPECT_EQ(difference.min, *std::ranges::min_element(values));
  EXPECT_EQ(difference.max, *std::ranges::max_element(values));
  EXPECT_NEAR(difference.mean(), static_cast<double>(sum / count), 1e-12 * rms);
  EXPECT_NEAR(difference.rms(), rms, 1e-12 * rms);
}

class EveryPair : public testing::TestWithParam<Pair> {};

TEST_P(EveryPair, AgreesWithPlainLoops) {
  const PairStatistics statistics = Inspect(GetParam());
  ExpectSide(statistics.golden, GetParam().golden);
  ExpectSide(statistics.target, GetParam().target);
  ExpectDifference(statistics.difference, GetParam());
}

Pair WithBadValues(Pair pair) {
  for (std::size_t i = 0; i < pair.golden.size(); i += 97) {
    pair.golden[i] = i % 2 == 0 ? kNotANumber : kInfinity;
    pair.target[(i * 31) % pair.target.size()] = i % 3 == 0 ? -kInfinity : kNotANumber;
  }
  return pair;
}

INSTANTIATE_TEST_SUITE_P(
    Pairs, EveryPair,
    testing::Values(RandomPair(1), RandomPair(7), RandomPair(5000), RandomPair(200001),
                    RandomPair(100000, 1e4F), WithBadValues(RandomPair(150000)), Pair{{}, {}},
                    Pair{{3}, {4}}, Pair{{kNotANumber}, {kInfinity}},
                    Pair{{0, 0, 0}, {-0.0F, 0, 1}},
                    Pair{std::vector<float>(70000, 2.5F), std::vector<float>(70000, 2.25F)},
                    Pair{{kDenormal, -kDenormal, 0}, {0, 5 * kDenormal, kDenormal}},
                    Pair{{kMax, -kMax, 0}, {-kMax, kMax, 1}}));

TEST(PairCollectorTest, AChangedElementShows) {
  Pair pair = RandomPair(1000);
  const PairStatistics before = Inspect(pair);
  pair.target[500] += 0.5F;
  const PairStatistics after = Inspect(pair);
  EXPECT_NE(before.target.mean(), after.target.mean());
  EXPECT_NE(before.difference.rms(), after.difference.rms());
  EXPECT_EQ(before.golden.mean(), after.golden.mean());
}

void ExpectIdentical(const PairStatistics& a, const PairStatistics& b) {
  EXPECT_EQ(a.golden.mean(), b.golden.mean());
  EXPECT_EQ(a.target.moments.squares, b.target.moments.squares);
  EXPECT_EQ(a.difference.square_sum, b.difference.square_sum);
  EXPECT_TRUE(std::ranges::equal(a.target.histogram.counts(), b.target.histogram.counts()));
  EXPECT_EQ(a.series, b.series);
  ASSERT_EQ(a.channels.size(), b.channels.size());
  EXPECT_EQ(std::memcmp(a.channels.data(), b.channels.data(),
                        a.channels.size() * sizeof(ChannelStatistics)),
            0);
}

TEST(PairCollectorTest, DoesNotDependOnOrderOrThreads) {
  const Pair pair = WithBadValues(RandomPair(1 << 20));
  const CollectorOptions options{{1, 1 << 16, 16}, 2, {}};
  const PairStatistics expected = Inspect(pair, options);
  std::vector<std::size_t> chunks = ChunksOf(pair);
  for (const std::size_t threads : {1U, 2U, 5U}) {
    std::ranges::reverse(chunks);
    PairCollector collector(options);
    collector.Start(pair.golden.size());
    const std::size_t before = ThreadCount();
    SetThreadCount(threads);
    ParallelFor(chunks.size(), [&](std::size_t i) { VisitChunk(pair, chunks[i], &collector); });
    SetThreadCount(before);
    ExpectIdentical(collector.Finish(), expected);
  }
}

// Element by element, with the channel of each index.
std::vector<ChannelStatistics> ChannelsSlowly(const Pair& pair, const Shape& dims, int axis) {
  const auto channels = static_cast<std::size_t>(dims[static_cast<std::size_t>(axis)]);
  std::size_t inner = 1;
  for (std::size_t later = static_cast<std::size_t>(axis) + 1; later < dims.size(); ++later) {
    inner *= static_cast<std::size_t>(dims[later]);
  }
  std::vector<ChannelStatistics> result(channels);
  for (std::size_t i = 0; i < pair.golden.size(); ++i) {
    if (!std::isfinite(pair.golden[i]) || !std::isfinite(pair.target[i])) continue;
    ChannelStatistics& channel = result[i / inner % channels];
    const double difference = static_cast<double>(pair.target[i]) - pair.golden[i];
    channel.Merge({1, pair.golden[i], pair.golden[i], pair.target[i], pair.target[i],
                   pair.golden[i], pair.target[i],
                   static_cast<double>(pair.golden[i]) * pair.golden[i], difference * difference});
  }
  return result;
}

class EveryLayout : public testing::TestWithParam<std::pair<Shape, int>> {};

TEST_P(EveryLayout, ChannelsAgreeWithPlainLoops) {
  const auto& [dims, axis] = GetParam();
  for (const bool bad : {false, true}) {
    Pair pair = RandomPair(*ElementCount(dims));
    if (bad) pair = WithBadValues(std::move(pair));
    const auto expected = ChannelsSlowly(pair, dims, axis);
    const auto channels = Inspect(pair, {dims, axis, {}}).channels;
    ASSERT_EQ(channels.size(), expected.size());
    for (std::size_t i = 0; i < channels.size(); ++i) {
      EXPECT_EQ(channels[i].count, expected[i].count);
      EXPECT_EQ(channels[i].golden_min, expected[i].golden_min);
      EXPECT_EQ(channels[i].target_max, expected[i].target_max);
      EXPECT_NEAR(channels[i].signal, expected[i].signal, 1e-9 * expected[i].signal);
      EXPECT_NEAR(channels[i].noise, expected[i].noise, 1e-9 * expected[i].noise);
      EXPECT_NEAR(channels[i].target_sum, expected[i].target_sum, 1e-9 * expected[i].signal);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Layouts, EveryLayout,
                         testing::Values(std::pair<Shape, int>{{1, 40, 50, 7}, 3},
                                         std::pair<Shape, int>{{1, 7, 40, 50}, 1},
                                         std::pair<Shape, int>{{2, 3, 300, 301}, 1},
                                         std::pair<Shape, int>{{5, 60000}, 1},
                                         std::pair<Shape, int>{{3, 5, 11, 31}, 1},
                                         std::pair<Shape, int>{{1, 400, 500, 3}, 3}));

TEST(PairCollectorTest, ChannelsNeedAnAxisThatFits) {
  const Pair pair = RandomPair(24);
  EXPECT_THAT(Inspect(pair).channels, IsEmpty());
  EXPECT_THAT(Inspect(pair, {{2, 3, 4}, 3, {}}).channels, IsEmpty());
  EXPECT_THAT(Inspect(pair, {{2, 3, 5}, 1, {}}).channels, IsEmpty());
  EXPECT_THAT(Inspect(pair, {{24, 1}, 1, {}}).channels, IsEmpty());
  EXPECT_THAT(Inspect(RandomPair(70000), {{1, 70000}, 1, {}}).channels, IsEmpty());
}

TEST(PairCollectorTest, CountsWhatLiesOutsideOfARange) {
  const Pair pair{{-2, -1, 0, 1, 2, kInfinity}, {-3, -2, -1, 1, 1.5F, kNotANumber}};
  const PairStatistics statistics = Inspect(pair, {{6}, {}, Interval{-1, 1}});
  EXPECT_EQ(statistics.golden.below, 1U);
  EXPECT_EQ(statistics.golden.above, 1U);
  EXPECT_EQ(statistics.target.below, 2U);
  EXPECT_EQ(statistics.target.above, 1U);
}

TEST(PairCollectorTest, SmallTensorsAreDrawnWhole) {
  Pair pair = RandomPair(kMostSeriesElements);
  pair.golden[5] = kNotANumber;
  const PairStatistics statistics = Inspect(pair);
  EXPECT_EQ(statistics.series_step, 1U);
  EXPECT_THAT(statistics.series, SizeIs(kMostSeriesElements - 1));
  EXPECT_EQ(statistics.series[5], (SeriesElement{6, pair.golden[6], pair.target[6]}));
}

TEST(PairCollectorTest, DrawnElementsKeepTheExtremesOfEveryStretch) {
  const Pair pair = WithBadValues(RandomPair(300001));
  const PairStatistics statistics = Inspect(pair);
  EXPECT_LE(statistics.series.size(), kMostSeriesElements);
  EXPECT_TRUE(std::ranges::is_sorted(statistics.series, {}, &SeriesElement::index));
  const std::size_t step = statistics.series_step;
  auto drawn = statistics.series.begin();
  for (std::size_t first = 0; first < pair.golden.size(); first += step) {
    std::vector<float> all;
    std::vector<float> kept;
    double difference = 0;
    double kept_difference = 0;
    for (std::size_t i = first; i < std::min(first + step, pair.golden.size()); ++i) {
      if (!std::isfinite(pair.golden[i]) || !std::isfinite(pair.target[i])) continue;
      all.insert(all.end(), {pair.golden[i], pair.target[i]});
      difference =
          std::max(difference, std::abs(static_cast<double>(pair.target[i]) - pair.golden[i]));
    }
    for (; drawn != statistics.series.end() && drawn->index < first + step; ++drawn) {
      EXPECT_EQ(drawn->golden, pair.golden[drawn->index]);
      kept.insert(kept.end(), {drawn->golden, drawn->target});
      kept_difference =
          std::max(kept_difference, std::abs(static_cast<double>(drawn->target) - drawn->golden));
    }
    EXPECT_EQ(std::ranges::max(all), std::ranges::max(kept));
    EXPECT_EQ(std::ranges::min(all), std::ranges::min(kept));
    EXPECT_EQ(difference, kept_difference);
  }
}

TEST(WorstChannelsTest, MostNoiseFirst) {
  std::vector<ChannelStatistics> channels(4);
  channels[1].noise = channels[3].noise = 2;
  channels[2].noise = 5;
  EXPECT_THAT(WorstChannels(channels, 10), ElementsAre(2, 1, 3));
  EXPECT_THAT(WorstChannels(channels, 1), ElementsAre(2));
}

TEST(ChannelAxisTest, DependsOnTheLayout) {
  EXPECT_EQ(ChannelAxis({1, 3, 4, 5}, false), 1);
  EXPECT_EQ(ChannelAxis({1, 3, 4, 5}, true), 3);
  EXPECT_EQ(ChannelAxis({7}, true), std::nullopt);
}

}  // namespace
}  // namespace acc::inspect
