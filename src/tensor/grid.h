// SPDX-License-Identifier: BSD-3-Clause
// The numbers that an integer encoding can hold, in the form that loops over elements want.
#pragma once

#include <algorithm>

#include "tensor/codes.h"
#include "tensor/encoding.h"

namespace acc {

struct Grid {
  double scale = 1;
  double lowest = 0;  // In steps of `scale`; whole numbers, as is `highest`.
  double highest = 0;

  // The nearest step to so many of them, ties to even, the ends for what lies beyond; NaN for NaN.
  // Clamped first, which changes nothing as the ends are whole: then the sum with 1.5 * 2^52 leaves
  // no room for fractions, which rounds as std::nearbyint does, in vectors of any processor.
  double Nearest(double steps) const {
    constexpr double kNoFractions = 0x1.8p52;
    return (std::min(std::max(steps, lowest), highest) + kNoFractions) - kNoFractions;
  }
};

inline Grid GridOf(const Encoding& encoding) {
  return {.scale = encoding.scale,
          .lowest = static_cast<double>(encoding.offset),
          .highest = static_cast<double>(encoding.offset + Steps(encoding.bitwidth))};
}

}  // namespace acc
