// SPDX-License-Identifier: BSD-3-Clause
// The line of the input list that holds the golden run's own input: its Result_N is what compares
// with the goldens.
#pragma once

#include <cstddef>

#include "base/status.h"
#include "features/inference_engine/feature.h"

namespace acc::features {

// The number of the first line that gives the target the values of --input_tensor, whatever types
// the files of both have; of a DLC also in its channel-last order. float64 counts as float32, which
// is what the target computes with; integers are compared exactly.
//
// Reads the model, the raw files and the whole list, and fails where one of them does not fit the
// model. Where no line holds the values, the failure says how the nearest one differs: in which
// elements, or in the order of its axes.
Result<std::size_t> LineOfGoldenInput(const InferenceEngineOptions& options);

}  // namespace acc::features
