// SPDX-License-Identifier: BSD-3-Clause
#include "inspect/code_use.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "inspect/collector.h"

namespace acc::inspect {
namespace {

// Golden quantized with `step`.
CodeUse UseOf(const std::vector<float>& golden, double step) {
  std::vector<float> target;
  for (const float value : golden) {
    target.push_back(static_cast<float>(std::round(value / step) * step));
  }
  PairCollector collector({.step = step});
  collector.Start(golden.size());
  collector.Visit(0, golden, target);
  return CodeUseOf(collector.Finish(), step);
}

TEST(CodeUseTest, AMaskLeavesTheLiveValuesOneCode) {
  const CodeUse use = UseOf({1.5F, -2, 0.25F, 3, -10000, -10001, -9999, -10002}, 39.2);
  EXPECT_EQ(use.nonzero, 8u);
  EXPECT_EQ(use.vanishing, 4u);
  EXPECT_DOUBLE_EQ(use.vanishing_share(), 0.5);
  EXPECT_NEAR(use.effective_codes, 2, 1e-9);
}

TEST(CodeUseTest, AnOutlierTakesAllCodesForItself) {
  std::vector<float> golden(99, 2);
  golden.push_back(1e4F);
  const CodeUse use = UseOf(golden, 39.2);
  EXPECT_DOUBLE_EQ(use.vanishing_share(), 0.99);
  // 2^H of the shares 0.99 and 0.01.
  EXPECT_NEAR(use.effective_codes, std::exp2(-0.99 * std::log2(0.99) - 0.01 * std::log2(0.01)),
              1e-9);
}

TEST(CodeUseTest, ZerosOfGoldenLoseNothing) {
  const CodeUse use = UseOf({0, 0, 0, 1, 0, 0, 0.5F, 0}, 1.0 / 255);
  EXPECT_EQ(use.nonzero, 2u);
  EXPECT_EQ(use.vanishing, 0u);
  EXPECT_NEAR(use.effective_codes, 2, 1e-9);
  EXPECT_TRUE(std::isnan(UseOf({0, 0}, 1).vanishing_share()));
  EXPECT_TRUE(std::isnan(UseOf({0, 0}, 1).effective_codes));
}

TEST(CodeUseTest, EvenlySpreadValuesUseEveryCode) {
  std::vector<float> golden;
  for (int i = 1; i <= 200; ++i) golden.push_back(static_cast<float>(i));
  const CodeUse use = UseOf(golden, 1);
  EXPECT_EQ(use.vanishing, 0u);
  EXPECT_NEAR(use.effective_codes, 200, 1e-6);
}

TEST(CodeUseTest, NanAndInfinityTakeNoPart) {
  const CodeUse use = UseOf({NAN, INFINITY, 1, 100}, 10);
  EXPECT_EQ(use.nonzero, 2u);
  EXPECT_EQ(use.vanishing, 1u);
}

}  // namespace
}  // namespace acc::inspect
