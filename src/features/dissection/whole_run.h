// SPDX-License-Identifier: BSD-3-Clause
// The whole model on the target, quantized another way.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/status.h"
#include "features/dissection/layer_errors.h"
#include "quantize/quantize.h"
#include "tensor/tensor.h"

namespace acc::features {

// The lowest SQNR of its outputs, in dB, against what they should be. Nothing, and a line in the
// log, where the target does not run it or no output holds numbers. `what` names the work.
Result<std::optional<double>> OutputOnTarget(const LayersToMeasure& layers,
                                             const std::map<std::string, Tensor>& inputs,
                                             quantize::QuantizedGraph quantized,
                                             std::string_view what);

}  // namespace acc::features
