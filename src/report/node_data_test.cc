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
  const Json json = NodeDataJson(summary, FindingsOf(summary));
  EXPECT_EQ(json["results"]["a"]["value"], 30.5);
  EXPECT_EQ(json["results"]["/b:0"]["value"], 20);
  EXPECT_EQ(json["results"].size(), 2u);
}

TEST(NodeDataTest, TheWorstTargetOfAGoldenTensorCounts) {
  Summary summary = TestSummary({}, {TestRow("a", 30), TestRow("b", 20), TestRow("c", 25)});
  for (Row& row : summary.rows) row.golden_name = "g";
  EXPECT_EQ(NodeDataJson(summary, FindingsOf(summary))["results"]["g"]["value"], 20);
}

TEST(NodeDataTest, WhatItsStepSwallowsIsLost) {
  const Summary summary = TestSummary({}, {TestRow("a", 60), TestRow("b", 60)});
  Findings findings = FindingsOf(summary);
  findings.swallowed[1] = true;
  const Json json = NodeDataJson(summary, findings);
  EXPECT_EQ(json["results"]["a"]["value"], 60);
  EXPECT_EQ(json["results"]["b"]["value"], 0);
}

TEST(NodeDataTest, WhatJsonCannotSayIsCutOrLeftOut) {
  const double infinity = std::numeric_limits<double>::infinity();
  const Summary summary = TestSummary(
      {}, {TestRow("equal", infinity), TestRow("lost", -infinity), TestRow("undefined", kNan)});
  const Json json = NodeDataJson(summary, FindingsOf(summary));
  EXPECT_EQ(json["results"]["equal"]["value"], 100);
  EXPECT_EQ(json["results"]["lost"]["value"], 0);
  EXPECT_FALSE(json["results"].contains("undefined"));
}

TEST(NodeDataTest, BandsRiseUpToTheLargestValue) {
  const Json json = NodeDataJson(TestSummary({}, {}), Findings());
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
