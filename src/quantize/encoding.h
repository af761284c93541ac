// SPDX-License-Identifier: BSD-3-Clause
// From a range of real numbers to an Encoding.
#pragma once

#include <cstdint>

#include "tensor/codes.h"
#include "tensor/encoding.h"

namespace acc::quantize {

// The narrowest range an encoding may have; older documents say 0.01.
inline constexpr double kMinWidth = 0.0001;

// The range [min, max] as the target's quantizer encodes it: widened to hold zero and
// to kMinWidth, scale = (max - min) / Steps, then shifted so that zero is a code:
// offset = -round(-min / scale), ties upwards; min and max are those that the codes reach.
// Every scale here is a float32 number, since that is what the graph and the target hold. A range
// that reaches as far as float32 (masks) becomes a hair narrower, so that no code stands for
// infinity.
Encoding AsymmetricEncoding(double min, double max, int bitwidth);

// Zero in the middle: scale = max(|min|, |max|) / (2^(bitwidth-1) - 1), offset = -2^(bitwidth-1).
Encoding SymmetricEncoding(double min, double max, int bitwidth);

// Of bitwidth 32 and offset -2^31: how a bias is accumulated (scale of the input times that of the
// weight).
Encoding BiasEncoding(double scale);

}  // namespace acc::quantize
