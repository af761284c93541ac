// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>
#include <cstddef>
#include <span>

#include "tensor/decibels.h"

namespace acc::features {

// Of golden values and what stands in their place. NaN and infinities among the golden ones take no
// part; among the others they are all noise.
struct NoiseSums {
  double signal = 0;  // The sum of golden^2.
  double noise = 0;   // The sum of (golden - other)^2.

  double sqnr_db() const { return Decibels(signal, noise); }
};

// Both have the same size.
inline NoiseSums SumsOf(std::span<const float> golden, std::span<const float> other) {
  NoiseSums sums;
  for (std::size_t i = 0; i < golden.size(); ++i) {
    if (!std::isfinite(golden[i])) continue;
    const double value = golden[i];
    const double difference = std::isfinite(other[i]) ? value - other[i] : value;
    sums.signal += value * value;
    sums.noise += difference * difference;
  }
  return sums;
}

// The SQNR of the mean noise, 10^(-dB/10), of several: each counts the same, however loud its
// signal is. NaN of nothing.
inline double MeanNoiseDb(std::span<const double> decibels) {
  double noise = 0;
  for (const double db : decibels) noise += std::pow(10, -db / 10);
  return Decibels(static_cast<double>(decibels.size()), noise);
}

}  // namespace acc::features
