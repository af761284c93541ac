// SPDX-License-Identifier: BSD-3-Clause
#include "report/depth_growth.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "report/summary_testing.h"

namespace acc::report {
namespace {

using ::testing::ElementsAre;

// A chain in which every tensor adds an error of a ten-thousandth of the signal's energy.
Summary Chain(std::size_t length) {
  std::vector<Row> rows;
  for (std::size_t i = 0; i < length; ++i) {
    const double noise = 1e-4 * static_cast<double>(i + 1);
    std::vector<std::size_t> inputs;
    if (i > 0) inputs.push_back(i - 1);
    rows.push_back(TestRow(std::to_string(i), -10 * std::log10(noise), inputs));
  }
  return TestSummary({TestColumn({"SQNR"})}, std::move(rows));
}

DepthGrowth GrowthOf(const Summary& summary) { return DepthGrowthOf(summary, FindingsOf(summary)); }

TEST(DepthGrowthTest, EnergiesThatAddUpAreWhatTheModelSays) {
  const DepthGrowth growth = GrowthOf(Chain(64));
  ASSERT_TRUE(growth.first_db);
  EXPECT_EQ(growth.counted, 64u);
  EXPECT_NEAR(*growth.first_db, 40, 1e-9);
  EXPECT_NEAR(growth.ExpectedDb(8) - growth.ExpectedDb(16), 3.0103, 1e-4);
}

TEST(DepthGrowthTest, DepthIsTheLongestWay) {
  const Summary summary = TestSummary({TestColumn({"SQNR"})},
                                      {TestRow("x", 50), TestRow("y", 50), TestRow("a", 45, {0}),
                                       TestRow("b", 44, {1, 2}), TestRow("c", 43, {0, 3})});
  EXPECT_THAT(GrowthOf(summary).depth, ElementsAre(1, 1, 2, 3, 4));
}

TEST(DepthGrowthTest, WhatFollowsABrokenTensorDoesNotCount) {
  Summary summary = Chain(64);
  for (std::size_t i = 20; i < 64; ++i) summary.rows[i].sqnr_db = 1;
  const DepthGrowth growth = GrowthOf(summary);
  ASSERT_TRUE(growth.first_db);
  EXPECT_EQ(growth.counted, 20u);
  EXPECT_NEAR(*growth.first_db, 40, 1e-9);
}

TEST(DepthGrowthTest, ExactAndUndefinedTensorsDoNotCount) {
  Summary summary = Chain(12);
  summary.rows[3].sqnr_db = kNan;
  summary.rows[4].sqnr_db = std::numeric_limits<double>::infinity();
  summary.rows[5].sqnr_db = 140;
  const DepthGrowth growth = GrowthOf(summary);
  EXPECT_EQ(growth.counted, 9u);
  EXPECT_NEAR(growth.first_db.value_or(0), 40, 1e-9);
}

TEST(DepthGrowthTest, FewTensorsOrNoOrderGiveNoLine) {
  EXPECT_FALSE(GrowthOf(Chain(7)).first_db);
  Summary unordered = Chain(64);
  unordered.topological = false;
  EXPECT_FALSE(GrowthOf(unordered).first_db);
  EXPECT_FALSE(GrowthOf(Chain(0)).first_db);
}

}  // namespace
}  // namespace acc::report
