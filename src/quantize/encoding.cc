// SPDX-License-Identifier: BSD-3-Clause
#include "quantize/encoding.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace acc::quantize {
namespace {

// Ties and numbers that only rounding keeps from being ties go upwards, so that the code of zero
// does not depend on how a range such as [-5.1, 5.1] is represented.
std::int64_t RoundHalfUp(double value) {
  constexpr double kTieTolerance = 1e-9;
  return static_cast<std::int64_t>(std::floor(value + 0.5 + kTieTolerance));
}

// The scale as float32, no larger than leaves `codes` times it finite there.
double FiniteScale(double scale, std::int64_t codes) {
  constexpr double kMost = std::numeric_limits<float>::max();
  auto rounded = static_cast<float>(std::min(scale, kMost / static_cast<double>(codes)));
  while (std::isinf(rounded * static_cast<float>(codes)) && rounded > 0) {
    rounded = std::nextafter(rounded, 0.0F);
  }
  return rounded;
}

}  // namespace

Encoding AsymmetricEncoding(double min, double max, int bitwidth) {
  min = std::min(min, 0.0);
  max = std::max({max, 0.0, min + kMinWidth});
  const std::int64_t steps = Steps(bitwidth);
  const double scale = (max - min) / static_cast<double>(steps);
  const std::int64_t zero = std::clamp<std::int64_t>(RoundHalfUp(-min / scale), 0, steps);
  return EncodingFromScale(FiniteScale(scale, std::max(zero, steps - zero)), -zero, bitwidth,
                           false);
}

Encoding SymmetricEncoding(double min, double max, int bitwidth) {
  const double largest = std::max({std::abs(min), std::abs(max), kMinWidth / 2});
  const std::int64_t positive = Steps(bitwidth) / 2;
  const double scale = FiniteScale(largest / static_cast<double>(positive), positive + 1);
  return EncodingFromScale(scale, -(positive + 1), bitwidth, true);
}

Encoding BiasEncoding(double scale) {
  return EncodingFromScale(scale, -(std::int64_t{1} << 31), 32, true);
}

}  // namespace acc::quantize
