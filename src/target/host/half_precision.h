// SPDX-License-Identifier: BSD-3-Clause
// Half precision on a CPU that has none: every weight and every result is rounded to half, sums run
// in single precision, as the target's fp16 units accumulate wider than they store.
#pragma once

#include <map>
#include <string>

#include "base/status.h"
#include "model/graph.h"

namespace acc::target {

// `graph` with a pair of Cast nodes behind every float32 input and result, and rounded weights.
// `types` holds the types of its tensors.
model::Graph RoundedToHalf(const model::Graph& graph,
                           const std::map<std::string, ValueInfo>& types);

}  // namespace acc::target
