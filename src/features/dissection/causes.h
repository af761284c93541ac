// SPDX-License-Identifier: BSD-3-Clause
// Which layers make the output's error, what in them makes it, and what mends it.
#pragma once

#include <map>
#include <span>
#include <string>

#include "base/status.h"
#include "features/dissection/measured_lines.h"
#include "features/source_model/input_lines.h"
#include "store/dissection.h"
#include "tensor/encoding.h"

namespace acc::features {

struct CauseSources {
  std::span<const MeasuredLine> lines;  // The golden run's first.
  const InputLines& inputs;
};

// Adds causes, LayerErrors::alone of the layers that were tried, and all_errors_db. Each layer's
// own error is added to the float model by itself; halves of the layers are tried first
// (shared/noise_halving.h). The outputs of several lines count by their mean noise. Of a cause, the
// part with which alone the output is worst, on the line where the layer does most harm, gives the
// kind; remedies are tried in the order of what they cost on the target, and the first is named
// with which the output is 3 dB better.
//
// Returns the encodings of the remedies that are ranges; of a tensor that several give one, the
// widest.
Result<std::map<std::string, TensorEncoding>> FindCauses(const CauseSources& sources,
                                                         store::Dissection& dissection);

}  // namespace acc::features
