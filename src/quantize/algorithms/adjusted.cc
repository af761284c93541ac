// SPDX-License-Identifier: BSD-3-Clause
// Qualcomm documents only that the max is raised or the min lowered if necessary, and that it is
// for 8-bit weights. Our reading: where `tf` shifts the range to put zero on a code and
// so clips up to half a step at one end, this takes the smallest scale that clips nothing.
#include <algorithm>
#include <cmath>

#include "quantize/algorithms.h"
#include "quantize/encoding.h"

namespace acc::quantize {
namespace {

// The smallest scale that covers both ends with zero at code `zero`.
double CoveringScale(double min, double max, std::int64_t zero, std::int64_t steps) {
  const double below = zero > 0 ? -min / static_cast<double>(zero) : 0;
  const double above = zero < steps ? max / static_cast<double>(steps - zero) : 0;
  return std::max(below, above);
}

}  // namespace

Encoding EncodeAdjusted(const Observation& observation, const EncodingRequest& request) {
  const int bitwidth = request.bitwidth;
  if (request.symmetric) return SymmetricEncoding(observation.min, observation.max, bitwidth);
  const double min = observation.min;
  const double max = observation.max;
  const bool one_sided = min >= 0 || max <= 0 || max - min < kMinWidth;
  if (bitwidth != 8 || one_sided) return AsymmetricEncoding(min, max, bitwidth);
  const std::int64_t steps = Steps(bitwidth);
  const double exact = -min / (max - min) * static_cast<double>(steps);
  const auto below = std::clamp<std::int64_t>(static_cast<std::int64_t>(exact), 1, steps - 2);
  const double low = CoveringScale(min, max, below, steps);
  const double high = CoveringScale(min, max, below + 1, steps);
  return EncodingFromScale(std::min(low, high), low <= high ? -below : -(below + 1), bitwidth,
                           false);
}

}  // namespace acc::quantize
