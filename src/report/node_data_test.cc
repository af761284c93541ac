// SPDX-License-Identifier: BSD-3-Clause
#include "report/node_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "report/summary_testing.h"

namespace acc::report {
namespace {

TEST(NodeDataTest, TensorsHaveTheirSqnrUnderTheGoldenName) {
  Summary summary = TestSummary({}, {TestRow("a", 30.5), TestRow("b", 20)});
  summary.rows[1].golden_name = "/b:0";
  const Json json = NodeDataJson(summary);
  EXPECT_EQ(json["results"]["a"]["value"], 30.5);
  EXPECT_EQ(json["results"]["/b:0"]["value"], 20);
  EXPECT_EQ(json["results"].size(), 2u);
}

TEST(NodeDataTest, TheWorstTargetOfAGoldenTensorCounts) {
  Summary summary = TestSummary({}, {TestRow("a", 30), TestRow("b", 20), TestRow("c", 25)});
  for (Row& row : summary.rows) row.golden_name = "g";
  EXPECT_EQ(NodeDataJson(summary)["results"]["g"]["value"], 20);
}

TEST(NodeDataTest, WhatJsonCannotSayIsCutOrLeftOut) {
  const double infinity = std::numeric_limits<double>::infinity();
  const Json json = NodeDataJson(TestSummary(
      {}, {TestRow("equal", infinity), TestRow("lost", -infinity), TestRow("undefined", kNan)}));
  EXPECT_EQ(json["results"]["equal"]["value"], 100);
  EXPECT_EQ(json["results"]["lost"]["value"], 0);
  EXPECT_FALSE(json["results"].contains("undefined"));
}

TEST(NodeDataTest, BandsRiseUpToTheLargestValue) {
  const Json json = NodeDataJson(TestSummary({}, {}));
  double before = 0;
  for (const Json& band : json["thresholds"]) {
    EXPECT_GT(band["value"], before);
    before = band["value"];
  }
  EXPECT_EQ(before, 100);
  EXPECT_EQ(json["results"], Json::object());
}

}  // namespace
}  // namespace acc::report
