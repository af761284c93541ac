// SPDX-License-Identifier: BSD-3-Clause
#include "quantize/histogram.h"

#include <algorithm>
#include <cmath>

#include "quantize/encoding.h"

namespace acc::quantize {

Histogram::Histogram(double min, double max)
    : min_(min), width_((max > min ? max - min : kMinWidth) / static_cast<double>(kBins)) {}

void Histogram::Add(std::span<const float> values) {
  const double per_bin = 1 / width_;
  constexpr double kLast = kBins - 1;
  for (const float value : values) {
    if (!std::isfinite(value)) continue;
    const double bin = std::clamp((static_cast<double>(value) - min_) * per_bin, 0.0, kLast);
    ++counts_[static_cast<std::size_t>(bin)];
    ++total_;
  }
}

}  // namespace acc::quantize
