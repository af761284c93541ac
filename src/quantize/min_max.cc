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
  MinMax seen;
  seen.called_ = true;
  seen.min_ = smallest;
  seen.max_ = largest;
  seen.finite_ = values.size() - nonfinite;
  seen.nonfinite_ = nonfinite;
  Merge(seen);
}

void MinMax::Merge(const MinMax& other) {
  called_ = called_ || other.called_;
  nonfinite_ += other.nonfinite_;
  if (other.finite_ == 0) return;
  if (finite_ == 0 || other.min_ < min_) min_ = other.min_;
  if (finite_ == 0 || other.max_ > max_) max_ = other.max_;
  finite_ += other.finite_;
}

}  // namespace acc::quantize
