// SPDX-License-Identifier: BSD-3-Clause
// The whole model on the target, quantized another way.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "base/status.h"
#include "features/dissection/measured_lines.h"
#include "features/source_model/input_lines.h"
#include "quantize/quantize.h"

namespace acc::features {

// The lowest SQNR of its outputs, in dB, against what they should be; of several lines that of
// their mean noise. Nothing, and a line in the log, where the target does not run it or no output
// holds numbers. `what` names the work.
Result<std::optional<double>> OutputOnTarget(std::span<const MeasuredLine> lines,
                                             const InputLines& inputs,
                                             quantize::QuantizedGraph quantized,
                                             std::string_view what);

}  // namespace acc::features
