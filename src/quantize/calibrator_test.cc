// SPDX-License-Identifier: BSD-3-Clause
#include "quantize/calibrator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace acc::quantize {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(RangeCalibrator, OnePassGivesTheRange) {
  RangeCalibrator calibrator({"a", "b"}, false);
  EXPECT_EQ(calibrator.passes(), 1);
  calibrator.BeginPass(0);
  calibrator.Observe("a", std::vector<float>{1, 2});
  calibrator.Observe("a", std::vector<float>{-1});
  calibrator.Observe("stranger", std::vector<float>{9});
  const auto observation = calibrator.ObservationOf("a");
  ASSERT_TRUE(observation.ok());
  EXPECT_EQ(observation->min, -1);
  EXPECT_EQ(observation->max, 2);
  EXPECT_EQ(observation->histogram, nullptr);
}

TEST(RangeCalibrator, TheSecondPassFillsAHistogramOverTheWholeRange) {
  RangeCalibrator calibrator({"a"}, true);
  EXPECT_EQ(calibrator.passes(), 2);
  for (int pass = 0; pass < 2; ++pass) {
    calibrator.BeginPass(pass);
    calibrator.Observe("a", std::vector<float>{0, 8});
    calibrator.Observe("a", std::vector<float>{-8});
  }
  const auto observation = calibrator.ObservationOf("a");
  ASSERT_TRUE(observation.ok());
  EXPECT_EQ(observation->histogram->total(), 3u);
  EXPECT_EQ(observation->histogram->min(), -8);
  EXPECT_EQ(observation->histogram->Count(Histogram::kBins / 2), 1u);
}

TEST(RangeCalibrator, NeverObservedIsAFailureThatNamesTheTensor) {
  RangeCalibrator calibrator({"conv1"}, false);
  calibrator.BeginPass(0);
  EXPECT_THAT(calibrator.ObservationOf("conv1").status().message(), HasSubstr("'conv1'"));
  RangeCalibrator histograms({"conv1"}, true);
  histograms.BeginPass(0);
  histograms.Observe("conv1", std::vector<float>{1});
  EXPECT_FALSE(histograms.ObservationOf("conv1").ok());
}

TEST(RangeCalibrator, OnlyATensorWithoutAFiniteValueFails) {
  RangeCalibrator calibrator({"all", "some", "empty"}, false);
  calibrator.BeginPass(0);
  calibrator.Observe("all", std::vector<float>{std::nanf("")});
  calibrator.Observe("some", std::vector<float>{std::nanf(""), 2});
  calibrator.Observe("empty", {});
  EXPECT_THAT(calibrator.ObservationOf("all").status().message(), HasSubstr("NaN"));
  EXPECT_TRUE(calibrator.ObservationOf("some").ok());
  EXPECT_TRUE(calibrator.ObservationOf("empty").ok());
  EXPECT_THAT(calibrator.NotesOnNonFinite(),
              ElementsAre(HasSubstr("'all': 1 of 1"), HasSubstr("'some': 1 of 2")));
}

TEST(RangeCalibrator, WithoutTensorsNothingNeedsToRun) {
  EXPECT_EQ(RangeCalibrator({}, true).passes(), 0);
}

}  // namespace
}  // namespace acc::quantize
