// SPDX-License-Identifier: BSD-3-Clause
#include "inspect/checks/checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>
#include <vector>

#include "tensor/codes.h"

namespace acc::inspect {
namespace {

CheckResult Judge(std::string_view name, const std::vector<float>& values, const Encoding& encoding,
                  const CheckThreshold& threshold) {
  const CheckInfo& check = **CheckNamed(name);
  const ValueFacts facts = FactsOf(values, WantedFor(check.needs, encoding.bitwidth));
  const auto quantized = FactsOf(values, {static_cast<std::int64_t>(values.size())},
                                 {.channels = {encoding}}, check.needs.entropy);
  return check.judge({facts, &quantized, encoding.bitwidth}, threshold);
}

const Encoding kHalves = EncodingFromScale(0.5, -4, 4, false);  // -2 to 5.5

TEST(Checks, HaveNamesFormulasAndRules) {
  std::set<std::string_view> names;
  for (const CheckInfo& check : Checks()) {
    EXPECT_TRUE(names.insert(check.name).second);
    EXPECT_FALSE(check.summary.empty() || check.formula.empty() || check.passes_if.empty());
    EXPECT_EQ(check.needs_threshold, !check.unit.empty()) << check.name;
    EXPECT_EQ(*CheckNamed(check.name), &check);
  }
}

// Each judges the same data with a threshold that it meets and one that it does not.
TEST(Checks, PassAndFail) {
  const std::vector<float> values = {-2.2F, 0.1F, 0.6F, 3.2F, 5.75F};
  struct Row {
    std::string_view check;
    CheckThreshold passes;
    CheckThreshold fails;
    std::string_view difference;
  };
  for (const Row& row :
       {Row{"minmax", {0.26}, {0.24}, "min: 0.2 max: 0.25"},
        Row{"minmax", {3.2, true}, {3.1, true}, "min: 0.2 max: 0.25"},
        Row{"maxdiff", {0.26}, {0.24}, "0.25"}, Row{"sqnr", {24.7}, {24.8}, "24.75"},
        Row{"data_distribution_analyzer",
            {0.0},
            {-0.1},
            "Distribution of pixels above threshold: 0"}}) {
    EXPECT_TRUE(Judge(row.check, values, kHalves, row.passes).passes) << row.check;
    EXPECT_FALSE(Judge(row.check, values, kHalves, row.fails).passes) << row.check;
    EXPECT_EQ(Judge(row.check, values, kHalves, row.passes).difference, row.difference);
  }
}

TEST(Checks, MinMaxHasItsOwnWordsInTheLog) {
  EXPECT_EQ(Judge("minmax", {-2.2F, 1}, kHalves, {1}).log_difference,
            "minabs_diff: 0.2 maxabs_diff: 0");
}

TEST(Checks, StatsLooksAtTheSkew) {
  std::vector<float> values(50, 0.0F);
  values[0] = 3;
  EXPECT_FALSE(Judge("stats", values, kHalves, {2}).passes);
  EXPECT_TRUE(Judge("stats", {1, 2, 3}, kHalves, {2}).passes);
  EXPECT_EQ(Judge("stats", {1, 2, 3}, kHalves, {2}).difference,
            "skew: 0 min: 1 max: 3 median: 2 variance: 0.666667 stdDev: 0.816497 mode: 1");
}

TEST(Checks, DataRangeFailsForAnOutlier) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal(0, 0.05F);
  std::vector<float> values(1000);
  for (float& value : values) value = normal(random);
  const Encoding byte = EncodingFromScale(0.01, -128, 8, true);
  EXPECT_TRUE(Judge("data_range_analyzer", values, byte, {}).passes);
  values[0] = 4;  // The deviation's first digit is at 0.1 then: 42 levels; 40 more of them are not.
  EXPECT_TRUE(Judge("data_range_analyzer", values, byte, {}).passes);
  values[0] = 1;  // 0.06: the second decimal place.
  EXPECT_TRUE(Judge("data_range_analyzer", values, byte, {}).passes);
  EXPECT_FALSE(
      Judge("data_range_analyzer", values, EncodingFromScale(0.1, -8, 4, true), {}).passes);
  EXPECT_EQ(Judge("data_range_analyzer", {0, 100, 200}, byte, {}).difference,
            "unique dec places: -1 data range: 200");
}

TEST(Checks, DataRangeFailsWhereItsStepSwallowsTheRest) {
  const Encoding byte = EncodingFromScale(40, -255, 8, false);
  std::vector<float> masked(30, -10000.0F);
  for (int i = 0; i < 40; ++i) masked.push_back(static_cast<float>(i) / 10 - 2);
  const CheckResult result = Judge("data_range_analyzer", masked, byte, {});
  EXPECT_FALSE(result.passes);
  EXPECT_THAT(
      result.difference,
      ::testing::EndsWith("; a step of 39.22 swallows 57 % of the elements other than zero"));
  // Zeros are exact, and few small values beside many others are no fault.
  std::vector<float> rectified(90, 0.0F);
  for (int i = 0; i < 10; ++i) rectified.push_back(static_cast<float>(i));
  EXPECT_TRUE(Judge("data_range_analyzer", rectified, byte, {}).passes);
}

TEST(Checks, DataDistributionSeesCrowdedCodes) {
  std::vector<float> values;
  for (int i = 0; i < 1000; ++i) values.push_back(static_cast<float>(i) / 1000);
  const Encoding fine = EncodingFromScale(1.0 / 255, 0, 8, false);
  const Encoding coarse = EncodingFromScale(1, 0, 8, false);
  EXPECT_TRUE(Judge("data_distribution_analyzer", values, fine, {0.6}).passes);
  EXPECT_FALSE(Judge("data_distribution_analyzer", values, coarse, {0.6}).passes);
}

TEST(Checks, UnknownNamesGetTheNearestOne) {
  const auto check = CheckNamed("min_max");
  ASSERT_FALSE(check.ok());
  EXPECT_EQ(check.status().code(), StatusCode::kUsage);
  EXPECT_NE(check.status().message().find("Did you mean 'minmax'?"), std::string::npos);
  EXPECT_TRUE(CheckNamed("SQNR").ok());
}

}  // namespace
}  // namespace acc::inspect
