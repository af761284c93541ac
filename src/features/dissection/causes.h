// SPDX-License-Identifier: BSD-3-Clause
// Which layers make the output's error, what in them makes it, and what mends it.
#pragma once

#include <map>
#include <string>

#include "base/status.h"
#include "features/dissection/layer_errors.h"
#include "store/dissection.h"
#include "tensor/tensor.h"

namespace acc::features {

struct CauseSources {
  const LayersToMeasure& layers;
  const MeasuredLayers& measured;
  const std::map<std::string, Tensor>& inputs;  // Of the converted graph, at the line.
};

// Adds causes, LayerErrors::alone of the layers that were tried, and all_errors_db. Each layer's
// own error is added to the float model by itself; halves of the layers are tried first
// (shared/noise_halving.h). Of a cause, the part with which alone the output is worst gives the
// kind; remedies are tried in the order of what they cost on the target, and the first is named
// with which the output is 3 dB better.
//
// Returns the encodings of the remedies that are ranges; of a tensor that several give one, the
// widest.
Result<std::map<std::string, TensorEncoding>> FindCauses(const CauseSources& sources,
                                                         store::Dissection& dissection);

}  // namespace acc::features
