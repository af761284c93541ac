// SPDX-License-Identifier: BSD-3-Clause
#include "quantize/algorithms.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "quantize/encoding.h"

namespace acc::quantize {

Encoding EncodeTf(const Observation& observation, int bitwidth, bool symmetric);
Encoding EncodeEnhanced(const Observation& observation, int bitwidth, bool symmetric);
Encoding EncodeAdjusted(const Observation& observation, int bitwidth, bool symmetric);
Encoding EncodeSymmetric(const Observation& observation, int bitwidth, bool symmetric);

namespace {

constexpr std::array kAlgorithms = {
    AlgorithmInfo{Algorithm::kTf, "tf", "The whole observed range, zero exactly representable.",
                  false, false, &EncodeTf},
    AlgorithmInfo{Algorithm::kEnhanced, "enhanced",
                  "The range of least quantization and clipping error over a histogram.", true,
                  false, &EncodeEnhanced},
    AlgorithmInfo{Algorithm::kAdjusted, "adjusted",
                  "8-bit: the observed range widened until no value is clipped.", false, false,
                  &EncodeAdjusted},
    AlgorithmInfo{Algorithm::kSymmetric, "symmetric",
                  "The largest magnitude on both sides of zero, stored signed.", false, true,
                  &EncodeSymmetric},
};

}  // namespace

std::span<const AlgorithmInfo> Algorithms() { return kAlgorithms; }

const AlgorithmInfo& InfoOf(Algorithm algorithm) {
  return *std::find_if(kAlgorithms.begin(), kAlgorithms.end(),
                       [&](const AlgorithmInfo& info) { return info.algorithm == algorithm; });
}

Encoding EncodingOfValues(std::span<const float> values, const AlgorithmInfo& algorithm,
                          int bitwidth, bool symmetric) {
  MinMax range;
  range.Add(values);
  Observation observation{.min = range.min(), .max = range.max()};
  if (!algorithm.needs_histogram) return algorithm.encode(observation, bitwidth, symmetric);
  Histogram histogram(range.min(), range.max());
  histogram.Add(values);
  observation.histogram = &histogram;
  return algorithm.encode(observation, bitwidth, symmetric);
}

}  // namespace acc::quantize
