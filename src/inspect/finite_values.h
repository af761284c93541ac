// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <iterator>
#include <span>
#include <vector>

namespace acc::inspect {

// The finite ones of some values; a copy only where others are among them.
class FiniteValues {
 public:
  explicit FiniteValues(std::span<const float> values) : values_(values) {
    if (AllFinite(values)) return;
    std::copy_if(values.begin(), values.end(), std::back_inserter(copy_),
                 [](float value) { return std::isfinite(value); });
    values_ = copy_;
  }
  FiniteValues(const FiniteValues&) = delete;
  FiniteValues& operator=(const FiniteValues&) = delete;

  std::span<const float> values() const { return values_; }

 private:
  // x - x is zero for finite numbers and NaN otherwise; a NaN stays in the sum.
  static bool AllFinite(std::span<const float> values) {
    float sum = 0;
    for (const float value : values) sum += value - value;
    return sum == 0;
  }

  std::span<const float> values_;
  std::vector<float> copy_;
};

}  // namespace acc::inspect
