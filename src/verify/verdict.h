// SPDX-License-Identifier: BSD-3-Clause
// From scores to a verdict: thresholds, values that are not finite, tensors that prove little.
#pragma once

#include <span>
#include <string>

#include "verify/comparison.h"

namespace acc::verify {

// Fills within_threshold, verdict and reason from the sums and scores. Values that are finite on
// one side only weigh more than a threshold, a threshold more than a suspicion.
void Judge(std::span<const Request> requests, Comparison& comparison);

// The comparison of tensors that cannot be compared: NaN scores, no threshold met.
Comparison ShapeMismatch(std::span<const Request> requests, std::string reason);

}  // namespace acc::verify
