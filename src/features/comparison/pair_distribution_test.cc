// SPDX-License-Identifier: BSD-3-Clause
#include "features/comparison/pair_distribution.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <vector>

namespace acc::features {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

store::TensorRecord Record(Shape dims, AxisOrder order) {
  store::TensorRecord record;
  record.dims = std::move(dims);
  record.axis_order = order;
  return record;
}

report::Distribution Watch(inspect::CollectorOptions options, const std::vector<float>& golden,
                           const std::vector<float>& target) {
  DistributionObserver observer(std::move(options));
  EXPECT_FALSE(observer.distribution());
  observer.Start(golden.size());
  observer.Visit(0, golden, target);
  observer.Finish({});
  EXPECT_TRUE(observer.distribution());
  return *observer.distribution();
}

TEST(PairDistributionTest, ChannelsAreAlongTheAxisOfTheOrder) {
  const auto last = CollectorOptionsOf(Record({1, 4, 4, 8}, AxisOrder::kChannelLast), {});
  EXPECT_EQ(last.channel_axis, 3);
  const auto source = CollectorOptionsOf(Record({1, 8, 4, 4}, AxisOrder::kSource), {});
  EXPECT_EQ(source.channel_axis, 1);
  EXPECT_FALSE(CollectorOptionsOf(Record({1, 8}, AxisOrder::kSource), {}).channel_axis);
  EXPECT_FALSE(CollectorOptionsOf({}, {}).channel_axis);
}

TEST(PairDistributionTest, TheWorstChannelComesFirstWithItsShare) {
  const auto options = CollectorOptionsOf(Record({1, 2, 3}, AxisOrder::kChannelLast), {});
  const auto distribution = Watch(options, {1, 2, 3, 4, 5, 6}, {1, 2, 6, 4, 6, 6});
  EXPECT_EQ(distribution.channel_count, 3u);
  ASSERT_EQ(distribution.worst_channels.size(), 2u);
  EXPECT_EQ(distribution.worst_channels[0].channel, 2u);
  EXPECT_DOUBLE_EQ(distribution.worst_channels[0].noise_share, 0.9);
  EXPECT_DOUBLE_EQ(distribution.worst_channels[0].golden_min, 3);
  EXPECT_NEAR(distribution.worst_channels[0].sqnr_db, 10 * std::log10(45.0 / 9), 1e-9);
  EXPECT_EQ(distribution.worst_channels[1].channel, 1u);
}

TEST(PairDistributionTest, EveryElementIsInABinOfItsSide) {
  const auto distribution = Watch({}, {0, 1, 2, 3}, {0, 0, 2, 10});
  const auto sum = [](const auto& counts) {
    return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
  };
  EXPECT_EQ(sum(distribution.bins.golden), 4u);
  EXPECT_EQ(sum(distribution.bins.target), 4u);
  EXPECT_LE(distribution.bins.golden.size(), 64u);
  EXPECT_THAT(distribution.worst_channels, IsEmpty());
}

TEST(PairDistributionTest, WhatTheEncodingCannotHoldIsCounted) {
  TensorEncoding encoding;
  encoding.channels = {{8, 0, 2.55, 0.01, 0, false}};
  const auto options = CollectorOptionsOf({}, encoding);
  const auto distribution = Watch(options, {-1, 0, 2.55F, 2.553F, 4}, {0, 0, 2.55F, 2.55F, 2.55F});
  EXPECT_EQ(distribution.golden_outside, 2u);
  encoding.channels.push_back(encoding.channels[0]);
  EXPECT_FALSE(CollectorOptionsOf({}, encoding).range);
}

}  // namespace
}  // namespace acc::features
