// SPDX-License-Identifier: BSD-3-Clause
#include "quantize/min_max.h"

#include <bit>
#include <limits>

namespace acc::quantize {

void MinMax::Add(std::span<const float> values) {
  constexpr std::uint32_t kExponent = 0x7f800000;
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  float smallest = kInfinity;
  float largest = -kInfinity;
  std::uint64_t nonfinite = 0;
  // Selects instead of branches, so that compilers vectorize it.
  for (const float value : values) {
    const bool finite = (std::bit_cast<std::uint32_t>(value) & kExponent) != kExponent;
    const float low = finite ? value : kInfinity;  // NOLINT(bugprone-narrowing-conversions)
    const float high = finite ? value : -kInfinity;
    smallest = low < smallest ? low : smallest;
    largest = high > largest ? high : largest;
    nonfinite += finite ? 0 : 1;
  }
  called_ = true;
  nonfinite_ += nonfinite;
  const std::uint64_t finite = values.size() - nonfinite;
  if (finite == 0) return;
  if (finite_ == 0 || smallest < min_) min_ = smallest;
  if (finite_ == 0 || largest > max_) max_ = largest;
  finite_ += finite;
}

}  // namespace acc::quantize
