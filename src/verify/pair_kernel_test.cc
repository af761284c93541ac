// SPDX-License-Identifier: BSD-3-Clause
#include "verify/pair_kernel.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

namespace acc::verify {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

struct Pair {
  std::vector<float> golden;
  std::vector<float> target;
};

Pair RandomPair(std::size_t count) {
  std::mt19937 random(static_cast<unsigned>(count));
  std::normal_distribution<float> value(1, 3);
  Pair pair;
  for (std::size_t index = 0; index < count; ++index) {
    pair.golden.push_back(value(random));
    const bool is_equal = index % 5 == 0;
    pair.target.push_back(pair.golden.back() + (is_equal ? 0 : 0.01F * value(random)));
  }
  return pair;
}

class EveryKernel : public testing::TestWithParam<PairKernel> {
 protected:
  void SetUp() override {
    if (!GetParam().supported()) {
      GTEST_SKIP() << "this processor does not support " << GetParam().name;
    }
  }
};

TEST_P(EveryKernel, AgreesWithPlainLoops) {
  for (std::size_t count = 0; count < 70; ++count) {
    const Pair pair = RandomPair(count);
    LaneSums lanes;
    const double largest =
        GetParam().add_block(pair.golden.data(), pair.target.data(), count, lanes);
    PairSums sums;
    AddLanes(lanes, sums);
    long double square = 0;
    double expected_largest = 0;
    std::uint64_t within = 0;
    std::uint64_t equal = 0;
    for (std::size_t index = 0; index < count; ++index) {
      const double x = pair.golden[index];
      const double difference = std::abs(x - pair.target[index]);
      square += static_cast<long double>(difference) * difference;
      expected_largest = std::max(expected_largest, difference);
      equal += pair.golden[index] == pair.target[index] ? 1 : 0;
      within += difference <= 0.01 + 0.01 * std::abs(x) ? 1 : 0;
    }
    EXPECT_EQ(largest, expected_largest);
    EXPECT_EQ(sums.equal, equal);
    EXPECT_NEAR(sums.difference_square, static_cast<double>(square), 1e-12);
    EXPECT_EQ(GetParam().count_within(pair.golden.data(), pair.target.data(), count, {0.01, 0.01}),
              within);
  }
}

TEST_P(EveryKernel, GivesTheBitsOfTheBaseline) {
  for (const std::size_t count : {1U, 7U, 8U, 255U, 256U, 1000U}) {
    const Pair pair = RandomPair(count);
    LaneSums expected;
    LaneSums lanes;
    PairKernels().front().add_block(pair.golden.data(), pair.target.data(), count, expected);
    GetParam().add_block(pair.golden.data(), pair.target.data(), count, lanes);
    EXPECT_EQ(std::memcmp(&lanes, &expected, sizeof lanes), 0) << count;
  }
}

TEST_P(EveryKernel, RefusesABlockThatIsNotFinite) {
  for (const float bad : {kNan, kInfinity, -kInfinity}) {
    for (const std::size_t at : {0U, 13U, 63U, 66U}) {
      Pair pair = RandomPair(67);
      pair.golden[at] = bad;
      LaneSums lanes;
      const LaneSums before = lanes;
      EXPECT_TRUE(
          std::isnan(GetParam().add_block(pair.golden.data(), pair.target.data(), 67, lanes)));
      pair.target[at] = bad;
      EXPECT_TRUE(
          std::isnan(GetParam().add_block(pair.golden.data(), pair.target.data(), 67, lanes)));
      EXPECT_EQ(std::memcmp(&lanes, &before, sizeof lanes), 0);
    }
  }
}

TEST_P(EveryKernel, KeepsLargestFloatsFinite) {
  const std::vector<float> golden(64, std::numeric_limits<float>::max());
  const std::vector<float> target(64, std::numeric_limits<float>::lowest());
  LaneSums lanes;
  EXPECT_EQ(GetParam().add_block(golden.data(), target.data(), 64, lanes),
            2.0 * std::numeric_limits<float>::max());
}

INSTANTIATE_TEST_SUITE_P(PairKernels, EveryKernel, testing::ValuesIn(PairKernels()),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace acc::verify
