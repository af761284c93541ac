// SPDX-License-Identifier: BSD-3-Clause
#include "inspect/density.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace acc::inspect {
namespace {

constexpr double kReach = 8;   // Bandwidths; the kernel is below 1e-15 of its height beyond.
constexpr double kMargin = 3;  // Bandwidths drawn beyond the elements.

double NormalShareBelow(double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); }

// kernel[d + reach]: the density that an element gives the middle of a bin d bins away from its
// own, when it lies anywhere in its bin.
std::vector<double> BinKernel(double width, double bandwidth, std::int64_t reach) {
  std::vector<double> kernel(static_cast<std::size_t>(2 * reach + 1));
  for (std::int64_t distance = -reach; distance <= reach; ++distance) {
    const double middle = static_cast<double>(distance) * width;
    kernel[static_cast<std::size_t>(distance + reach)] =
        (NormalShareBelow((middle + width / 2) / bandwidth) -
         NormalShareBelow((middle - width / 2) / bandwidth)) /
        width;
  }
  return kernel;
}

}  // namespace

Density KernelDensity(const SideStatistics& side, std::size_t most_points) {
  Density result;
  const Histogram& histogram = side.histogram;
  const double deviation = std::sqrt(side.moments.sample_variance());
  if (histogram.empty() || !(deviation > 0)) return result;
  const auto count = static_cast<double>(side.finite());
  const double width = histogram.width();
  result.bandwidth = std::max(deviation * std::pow(count, -0.2), width);
  const auto bins = static_cast<std::int64_t>(histogram.counts().size());
  const auto margin = static_cast<std::int64_t>(std::ceil(kMargin * result.bandwidth / width));
  const std::int64_t reach = std::min(
      bins + margin, static_cast<std::int64_t>(std::ceil(kReach * result.bandwidth / width)));
  const std::vector<double> kernel = BinKernel(width, result.bandwidth, reach);
  const std::int64_t span = bins + 2 * margin;
  const std::int64_t step = std::max<std::int64_t>(
      1, span / static_cast<std::int64_t>(std::max<std::size_t>(most_points, 2)) + 1);
  for (std::int64_t at = -margin; at < bins + margin; at += step) {
    double density = 0;
    for (std::int64_t bin = std::max<std::int64_t>(0, at - reach);
         bin <= std::min(bins - 1, at + reach); ++bin) {
      density += static_cast<double>(histogram.counts()[static_cast<std::size_t>(bin)]) *
                 kernel[static_cast<std::size_t>(at - bin + reach)];
    }
    result.x.push_back((static_cast<double>(histogram.first() + at) + 0.5) * width);
    result.density.push_back(density / count);
  }
  return result;
}

}  // namespace acc::inspect
