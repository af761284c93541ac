// SPDX-License-Identifier: BSD-3-Clause
#include "tensor/grid.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace acc {
namespace {

TEST(Grid, NearestIsThatOfTheCodes) {
  constexpr auto kInfinity = std::numeric_limits<double>::infinity();
  for (const int bitwidth : {2, 8, 16, 32}) {
    const Encoding encoding = EncodingFromScale(0.5, -3, bitwidth, false);
    const Grid grid = GridOf(encoding);
    for (const double value : {-9.0, -1.75, -0.25, -0.0, 0.2, 0.25, 0.74, 0.75, 1.25, 1e9, 1e300,
                               -1e300, kInfinity, -kInfinity}) {
      EXPECT_EQ(grid.scale * grid.Nearest(value / grid.scale),
                ValueOf(CodeOf(value, encoding), encoding))
          << value << " at " << bitwidth << " bits";
    }
    EXPECT_TRUE(std::isnan(grid.Nearest(std::nan(""))));
  }
}

}  // namespace
}  // namespace acc
