// SPDX-License-Identifier: BSD-3-Clause
#include "inspect/value_facts.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace acc::inspect {
namespace {

constexpr WantedFacts kAll = {.moments = true, .order = true, .most_distinct = 1000};

TEST(ValueFacts, OfWorkedNumbers) {
  const std::vector<float> values = {1, 2, 2, 3, 10, 4, 2, 0, -6, 2};
  const ValueFacts facts = FactsOf(values, kAll);
  EXPECT_EQ(facts.count, 10U);
  EXPECT_EQ(facts.min, -6);
  EXPECT_EQ(facts.max, 10);
  EXPECT_DOUBLE_EQ(facts.mean, 2);
  EXPECT_DOUBLE_EQ(facts.variance, 13.8);
  // Third moments: (1*-1 + 1*1 + 512 + 8 - 8 - 512) / 10 = 0.
  EXPECT_NEAR(facts.skew, 0, 1e-12);
  EXPECT_EQ(facts.median, 2);
  EXPECT_EQ(facts.mode, 2);
  EXPECT_EQ(facts.distinct, 7U);
}

TEST(ValueFacts, SkewOfOneOutlier) {
  // Of n-1 zeros and a one: (1-2p) / sqrt(p(1-p)) with p = 1/n.
  std::vector<float> values(100, 0.0F);
  values[7] = 1;
  EXPECT_NEAR(FactsOf(values, kAll).skew, 0.98 / std::sqrt(0.01 * 0.99), 1e-12);
}

TEST(ValueFacts, MedianOfAnEvenNumberLiesBetween) {
  const std::vector<float> values = {4, 1, 3, 2};
  EXPECT_EQ(FactsOf(values, kAll).median, 2.5);
  EXPECT_EQ(FactsOf(values, kAll).mode, 1);
}

TEST(ValueFacts, LeavesOutWhatIsNotFinite) {
  const float infinity = std::numeric_limits<float>::infinity();
  const std::vector<float> values = {1, NAN, 3, infinity, -infinity};
  const ValueFacts facts = FactsOf(values, kAll);
  EXPECT_EQ(facts.count, 2U);
  EXPECT_EQ(facts.not_finite, 3U);
  EXPECT_EQ(facts.max, 3);
  EXPECT_EQ(facts.mean, 2);
}

TEST(ValueFacts, OfNothingAreNaN) {
  const std::vector<float> values = {NAN};
  EXPECT_TRUE(std::isnan(FactsOf(values, kAll).min));
  EXPECT_TRUE(std::isnan(FactsOf({}, kAll).variance));
}

TEST(ValueFacts, OfAConstant) {
  const std::vector<float> values(7, 0.1F);
  const ValueFacts facts = FactsOf(values, kAll);
  EXPECT_EQ(facts.skew, 0);
  EXPECT_EQ(facts.distinct, 1U);
  EXPECT_NEAR(facts.variance, 0, 1e-20);
}

TEST(ValueFacts, CountsDifferentValuesUpToABound) {
  std::vector<float> values(1000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
  EXPECT_EQ(FactsOf(values, {.most_distinct = 256}).distinct, 256U);
}

}  // namespace
}  // namespace acc::inspect
