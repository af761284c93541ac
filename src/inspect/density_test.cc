// SPDX-License-Identifier: BSD-3-Clause
#include "inspect/density.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

#include "inspect/collector.h"

namespace acc::inspect {
namespace {

SideStatistics SideOf(const std::vector<float>& values) {
  PairCollector collector({});
  collector.Start(values.size());
  collector.Visit(0, values, values);
  return collector.Finish().target;
}

// The sum over all elements, as it is written down.
double ExactDensity(const std::vector<float>& values, double bandwidth, double x) {
  double sum = 0;
  for (const float value : values) {
    const double z = (x - value) / bandwidth;
    sum += std::exp(-z * z / 2) / std::sqrt(2 * std::numbers::pi);
  }
  return sum / (static_cast<double>(values.size()) * bandwidth);
}

// The largest distance from the exact sum, relative to its highest point.
double ErrorOf(const Density& density, const std::vector<float>& values) {
  double error = 0;
  double highest = 0;
  for (std::size_t i = 0; i < density.x.size(); ++i) {
    const double exact = ExactDensity(values, density.bandwidth, density.x[i]);
    highest = std::max(highest, exact);
    error = std::max(error, std::abs(exact - density.density[i]));
  }
  return error / highest;
}

std::vector<float> TwoHills(std::size_t count) {
  std::mt19937 random(3);
  std::normal_distribution<float> hill(0, 1);
  std::vector<float> values;
  for (std::size_t i = 0; i < count; ++i) {
    values.push_back(i % 3 == 0 ? 6 + 0.2F * hill(random) : hill(random));
  }
  return values;
}

TEST(DensityTest, AgreesWithTheSumOverAllElements) {
  const std::vector<float> values = TwoHills(3000);
  const Density density = KernelDensity(SideOf(values));
  EXPECT_LE(density.x.size(), 512U);
  EXPECT_LT(ErrorOf(density, values), 1e-4);
}

TEST(DensityTest, AgreesForFewElementsAtBinEdges) {
  const std::vector<float> values = {0, 1, 2, 2, 4};
  EXPECT_LT(ErrorOf(KernelDensity(SideOf(values)), values), 1e-3);
}

TEST(DensityTest, BandwidthIsScottsRule) {
  const std::vector<float> values = {1, 2, 3, 4, 5, 6};
  const double deviation = std::sqrt(3.5);  // Of the sample.
  EXPECT_NEAR(KernelDensity(SideOf(values)).bandwidth, deviation * std::pow(6, -0.2), 1e-12);
}

TEST(DensityTest, AnotherBandwidthShows) {
  const std::vector<float> values = TwoHills(1000);
  Density density = KernelDensity(SideOf(values));
  density.bandwidth *= 1.2;
  EXPECT_GT(ErrorOf(density, values), 0.01);
}

TEST(DensityTest, HoldsOneUnitOfMass) {
  for (const bool outlier : {false, true}) {
    std::vector<float> values = TwoHills(5000);
    if (outlier) values.push_back(1e4F);
    const Density density = KernelDensity(SideOf(values), 100000);
    double mass = 0;
    for (std::size_t i = 0; i < density.x.size(); ++i) {
      mass += density.density[i] * (density.x[1] - density.x[0]);
    }
    EXPECT_NEAR(mass, 1, 0.005);
  }
}

TEST(DensityTest, ThereIsNoneWithoutTwoDifferentElements) {
  EXPECT_TRUE(KernelDensity(SideOf({})).x.empty());
  EXPECT_TRUE(KernelDensity(SideOf({2})).x.empty());
  EXPECT_TRUE(KernelDensity(SideOf({2, 2, 2})).x.empty());
}

}  // namespace
}  // namespace acc::inspect
