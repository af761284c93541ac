// SPDX-License-Identifier: BSD-3-Clause
#include "tensor/decibels.h"

#include <gtest/gtest.h>

#include <limits>

namespace acc {
namespace {

TEST(Decibels, TenForEachPowerOfTen) {
  EXPECT_EQ(Decibels(1, 1), 0);
  EXPECT_DOUBLE_EQ(Decibels(1000, 10), 20);
  EXPECT_DOUBLE_EQ(Decibels(1, 1e5), -50);
}

TEST(Decibels, WithoutOneOfThem) {
  constexpr auto kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(Decibels(3, 0), kInfinity);
  EXPECT_EQ(Decibels(0, 3), -kInfinity);
  EXPECT_TRUE(std::isnan(Decibels(0, 0)));
  EXPECT_TRUE(std::isnan(Decibels(std::nan(""), 1)));
}

}  // namespace
}  // namespace acc
