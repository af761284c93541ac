// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/numbers.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace acc::dlc {
namespace {

TEST(SaturatedTo32Bits, HoldsWhatAFileMaySay) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  constexpr std::int64_t kLeast = std::numeric_limits<std::int32_t>::lowest();
  EXPECT_EQ(SaturatedTo32Bits(2.9), 2);
  EXPECT_EQ(SaturatedTo32Bits(-2.9), -2);
  EXPECT_EQ(SaturatedTo32Bits(std::nan("")), 0);
  EXPECT_EQ(SaturatedTo32Bits(kInfinity), kMost);
  EXPECT_EQ(SaturatedTo32Bits(-kInfinity), kLeast);
  EXPECT_EQ(SaturatedTo32Bits(1e300), kMost);
  EXPECT_EQ(SaturatedTo32Bits(std::int64_t{1} << 40), kMost);
  EXPECT_EQ(SaturatedTo32Bits(std::numeric_limits<std::int64_t>::lowest()), kLeast);
}

}  // namespace
}  // namespace acc::dlc
