// SPDX-License-Identifier: BSD-3-Clause
// What quantization checks ask of real numbers before they are quantized.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "inspect/statistics.h"

namespace acc::inspect {

// Of the finite values; the others are counted and take no further part. Without a finite value all
// numbers are NaN.
struct ValueFacts {
  std::uint64_t count = 0;  // Finite ones.
  std::uint64_t not_finite = 0;
  double min = kNan;
  double max = kNan;
  double mean = kNan;
  double variance = kNan;  // Divided by count.
  // The rest where it was asked for.
  double skew = kNan;          // m3 / m2^1.5 with central moments (SciPy's skew); 0 for a constant.
  double median = kNan;        // The mean of the middle two of an even number.
  double mode = kNan;          // The most frequent value, the smallest of several (SciPy's mode).
  std::uint64_t distinct = 0;  // Different values, counted up to `most_distinct`.
  // Of the elements other than zero, the share that lies within half a step of zero, where steps
  // divide the range of the values (with zero) as `step_bitwidth` asks: 0 to 1, 0 without such
  // elements. Quantization makes them zero, however well the large ones fare.
  double swallowed = kNan;

  double deviation() const;  // The square root of the variance.
};

struct WantedFacts {
  bool moments = false;           // Skew.
  bool order = false;             // Median and mode, which need the values sorted.
  std::size_t most_distinct = 0;  // 0: not counted.
  int step_bitwidth = 0;          // Of `swallowed`; 0: not wanted.
};

// The same for the same values in the same order.
ValueFacts FactsOf(std::span<const float> values, const WantedFacts& wanted);

}  // namespace acc::inspect
