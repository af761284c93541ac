// SPDX-License-Identifier: BSD-3-Clause
#include "quantize/min_max.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace acc::quantize {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST(MinMax, CoversAllCalls) {
  MinMax range;
  range.Add(std::vector<float>{3, 5});
  range.Add(std::vector<float>{4});
  EXPECT_EQ(range.min(), 3);
  EXPECT_EQ(range.max(), 5);
  range.Add(std::vector<float>{-7, 1});
  EXPECT_EQ(range.min(), -7);
  EXPECT_EQ(range.finite(), 5u);
}

TEST(MinMax, PassesOverWhatIsNotFiniteButCountsIt) {
  MinMax range;
  range.Add(std::vector<float>{std::nanf(""), 2, kInfinity, -kInfinity, 3, -std::nanf("")});
  EXPECT_EQ(range.min(), 2);
  EXPECT_EQ(range.max(), 3);
  EXPECT_EQ(range.nonfinite(), 4u);
}

TEST(MinMax, TellsEmptyAndNeverCalledApart) {
  MinMax range;
  EXPECT_FALSE(range.called());
  range.Add({});
  EXPECT_TRUE(range.called());
  EXPECT_EQ(range.min(), 0);
  EXPECT_EQ(range.max(), 0);
  range.Add(std::vector<float>{std::nanf("")});
  EXPECT_EQ(range.finite(), 0u);
  range.Add(std::vector<float>{std::numeric_limits<float>::max()});
  EXPECT_EQ(range.min(), std::numeric_limits<float>::max());
}

}  // namespace
}  // namespace acc::quantize
