// SPDX-License-Identifier: BSD-3-Clause
#include "quantize/calibrator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace acc::quantize {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST(Calibrator, SeesRangesOfAllTensorsAndHistogramsOfSome) {
  Calibrator calibrator({"a", "b"}, {"b"});
  EXPECT_THAT(calibrator.tensors(), ElementsAre("a", "b"));
  for (const char* tensor : {"a", "b", "stranger"}) {
    calibrator.Observe(tensor, std::vector<float>{1, 2});
    calibrator.Observe(tensor, std::vector<float>{-1});
  }
  const auto a = calibrator.ObserverOf("a");
  ASSERT_TRUE(a.ok());
  EXPECT_EQ((*a)->range().min(), -1);
  EXPECT_EQ((*a)->range().max(), 2);
  EXPECT_EQ((*a)->histogram(), nullptr);
  const auto b = calibrator.ObserverOf("b");
  ASSERT_TRUE(b.ok());
  ASSERT_NE((*b)->histogram(), nullptr);
  EXPECT_EQ((*b)->histogram()->total(), 3U);
  EXPECT_EQ((*b)->histogram()->min(), -1);
}

TEST(Calibrator, HistogramsLeaveOutWhatIsNotFinite) {
  Calibrator calibrator({"a"}, {"a"});
  calibrator.Observe("a", std::vector<float>{kInfinity, 1, std::nanf(""), -2, -kInfinity});
  calibrator.Observe("a", std::vector<float>{std::nanf("")});
  const auto observer = calibrator.ObserverOf("a");
  ASSERT_TRUE(observer.ok());
  EXPECT_EQ((*observer)->range().nonfinite(), 4U);
  EXPECT_EQ((*observer)->histogram()->total(), 2U);
  EXPECT_EQ((*observer)->histogram()->max(), 1);
}

TEST(Observer, MergesAsIfAllHadBeenAdded) {
  const std::vector<float> few = {-3, 0.25F, 9};
  const std::vector<float> many(Observer::kFew, 1.5F);
  Observer merged(true);
  Observer other(true);
  Observer all(true);
  merged.Add(few);
  other.Add(few);
  merged.Merge(other);
  EXPECT_EQ(merged.few_values().size(), 2 * few.size());
  Observer large(true);
  large.Add(many);
  merged.Merge(large);
  for (const auto& values : {few, few, many}) all.Add(values);
  EXPECT_TRUE(merged.few_values().empty());
  EXPECT_EQ(merged.range().min(), -3);
  EXPECT_EQ(merged.range().max(), 9);
  EXPECT_TRUE(std::ranges::equal(merged.histogram()->counts(), all.histogram()->counts()));
}

TEST(Observer, KeepsValuesAsLongAsTheyAreFew) {
  Observer observer(true);
  observer.Add(std::vector<float>(Observer::kFew - 1, 1.0F));
  observer.Add(std::vector<float>{2, std::nanf("")});
  EXPECT_EQ(observer.few_values().size(), Observer::kFew);
  observer.Add(std::vector<float>{3});
  EXPECT_TRUE(observer.few_values().empty());
  EXPECT_EQ(observer.histogram()->total(), Observer::kFew + 1);
  Observer ranges(false);
  ranges.Add(std::vector<float>{3});
  EXPECT_TRUE(ranges.few_values().empty());
}

TEST(Calibrator, NeverObservedIsAFailureThatNamesTheTensor) {
  const Calibrator calibrator({"conv1"}, {});
  EXPECT_THAT(calibrator.ObserverOf("conv1").status().message(), HasSubstr("'conv1'"));
  EXPECT_THAT(calibrator.ObserverOf("stranger").status().message(), HasSubstr("'stranger'"));
}

TEST(Calibrator, OnlyATensorWithoutAFiniteValueFails) {
  Calibrator calibrator({"all", "some", "empty"}, {"all", "empty"});
  calibrator.Observe("all", std::vector<float>{std::nanf("")});
  calibrator.Observe("some", std::vector<float>{std::nanf(""), 2});
  calibrator.Observe("empty", {});
  EXPECT_THAT(calibrator.ObserverOf("all").status().message(), HasSubstr("NaN"));
  EXPECT_TRUE(calibrator.ObserverOf("some").ok());
  EXPECT_TRUE(calibrator.ObserverOf("empty").ok());
  EXPECT_THAT(calibrator.NotesOnNonFinite(calibrator.tensors()),
              ElementsAre(HasSubstr("'all': 1 of 1"), HasSubstr("'some': 1 of 2")));
  EXPECT_THAT(calibrator.NotesOnNonFinite({}), IsEmpty());
}

}  // namespace
}  // namespace acc::quantize
