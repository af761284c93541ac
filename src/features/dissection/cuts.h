// SPDX-License-Identifier: BSD-3-Clause
// The model cut behind one layer after the other: up to there what the target made, the rest in
// float. Where the output gets bad along the way, and where it gets no worse.
#pragma once

#include <span>
#include <vector>

#include "base/status.h"
#include "features/dissection/measured_lines.h"
#include "features/source_model/input_lines.h"
#include "store/dissection.h"

namespace acc::features {

// Cuts in the graph's order: every one, or those of a bisection for the first cut with which the
// output has half of the noise of the whole run, and the one before it. Each has the mean noise of
// the lines. Tensors that the target does not store, or that hold no float32 numbers, are computed
// from those that it does. Nothing where no output holds numbers.
Result<std::vector<store::Cut>> CutEverywhere(std::span<const MeasuredLine> lines,
                                              const InputLines& inputs);
Result<std::vector<store::Cut>> BisectCuts(std::span<const MeasuredLine> lines,
                                           const InputLines& inputs);

}  // namespace acc::features
