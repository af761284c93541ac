// SPDX-License-Identifier: BSD-3-Clause
#include "features/shared/noise_halving.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace acc::features {
namespace {

// Noise that adds up.
struct Sources {
  std::vector<double> noise;
  std::size_t runs = 0;

  Result<NoiseHalving> Halve(std::size_t most, std::size_t most_runs) {
    return HalveNoise(
        noise.size(),
        [&](std::size_t first, std::size_t count) -> Result<double> {
          ++runs;
          const auto begin = noise.begin() + static_cast<std::ptrdiff_t>(first);
          const double sum =
              std::accumulate(begin, begin + static_cast<std::ptrdiff_t>(count), 0.0);
          return sum > 0 ? -10 * std::log10(sum) : std::numeric_limits<double>::infinity();
        },
        most, most_runs);
  }
};

TEST(HalveNoise, FindsTheLoudestInFewRuns) {
  Sources sources{.noise = std::vector<double>(1000, 1e-9)};
  sources.noise[700] = 1e-3;
  sources.noise[3] = 4e-3;
  const auto found = sources.Halve(5, 64);
  ASSERT_TRUE(found.ok());
  ASSERT_EQ(found->sources.size(), 2U);
  EXPECT_EQ(found->sources[0].source, 3U);
  EXPECT_NEAR(found->sources[0].part, 0.8, 0.001);
  EXPECT_EQ(found->sources[1].source, 700U);
  EXPECT_NEAR(found->sources[1].output_db, 30, 1e-9);
  EXPECT_LE(sources.runs, 42U);
}

TEST(HalveNoise, EndsAfterSoManyRunsOrSources) {
  Sources even{.noise = std::vector<double>(16, 1e-3)};
  EXPECT_EQ(even.Halve(3, 1000)->sources.size(), 3U);
  Sources few{.noise = std::vector<double>(1024, 1e-5)};
  EXPECT_TRUE(few.Halve(3, 8)->sources.empty());
  EXPECT_LE(few.runs, 9U);
}

TEST(HalveNoise, WithoutNoiseNothingIsFound) {
  Sources silent{.noise = std::vector<double>(16, 0)};
  const auto found = silent.Halve(3, 100);
  EXPECT_TRUE(std::isinf(found->all_db));
  EXPECT_TRUE(found->sources.empty());
  EXPECT_EQ(silent.runs, 1U);
  EXPECT_TRUE(Sources{}.Halve(3, 100)->sources.empty());
}

TEST(HalveNoise, AFailureEndsIt) {
  const auto fail = [](std::size_t, std::size_t) -> Result<double> { return Failure("no"); };
  EXPECT_FALSE(HalveNoise(4, fail, 1, 10).ok());
}

}  // namespace
}  // namespace acc::features
