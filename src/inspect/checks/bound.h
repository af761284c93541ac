// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "inspect/checks/checks.h"

namespace acc::inspect {

// A threshold in the tensor's own unit.
inline double BoundOf(const CheckThreshold& threshold, const ValueFacts& values) {
  constexpr double kPercent = 100;
  return threshold.percent ? threshold.value / kPercent * (values.max - values.min)
                           : threshold.value;
}

}  // namespace acc::inspect
