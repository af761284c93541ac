// SPDX-License-Identifier: BSD-3-Clause
// Plots of a weight or bias before and after quantization.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "report/figure.h"
#include "tensor/encoding.h"
#include "tensor/shape.h"

namespace acc::report {

struct ParamPlot {
  std::string tensor;
  std::span<const float> values;  // Row-major, as `dims`; NaN and infinities are not drawn.
  Shape dims;
  TensorEncoding encoding;
  std::optional<int> channel_axis;
};

// How many elements have which value, unquantized and quantized, on common bins.
Figure ParamHistogram(const ParamPlot& plot);

// Per channel along `channel_axis`: the histogram of the values as a column of cells (the darkest
// is the channel's fullest), their range, what the encoding covers, and the SQNR. Only where there
// is such an axis.
Figure ParamChannels(const ParamPlot& plot);

}  // namespace acc::report
