// SPDX-License-Identifier: BSD-3-Clause
// What quantization with an encoding does to real numbers, element by element.
#pragma once

#include <cstdint>
#include <span>

#include "inspect/value_facts.h"
#include "tensor/encoding.h"
#include "tensor/shape.h"

namespace acc::inspect {

// q(x) is x after quantization and back. NaN and infinities take no part.
struct QuantizationFacts {
  double min = kNan;  // Of q(x).
  double max = kNan;
  // The rest is there where the elements were looked at.
  double max_difference = kNan;  // The largest |x - q(x)|.
  double signal = kNan;          // The sum of x^2.
  double noise = kNan;           // The sum of (x - q(x))^2.
  double code_entropy = kNan;    // In bits: -sum p*log2(p) over the codes, where it was asked for.

  // 10*log10(signal/noise); infinite without noise.
  double sqnr_db() const;
};

// From the range alone, since quantization keeps the order of numbers. One encoding, not one per
// channel.
QuantizationFacts RangeFacts(const ValueFacts& values, const Encoding& encoding);

// `values` are laid out as `dims`; an encoding per channel has as many channels as its axis there.
QuantizationFacts FactsOf(std::span<const float> values, const Shape& dims,
                          const TensorEncoding& encoding, bool with_entropy);

}  // namespace acc::inspect
